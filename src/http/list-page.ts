import { type Request, Router } from 'express';
import { z } from 'zod';
import { listQueryOf } from '../dashboard/list/list-query.ts';
import { ListView } from '../dashboard/list/list-view.tsx';
import type { Service } from '../service.ts';
import { parseQuery } from './body.ts';
import { listData, listNews } from './list-data.ts';
import type { PageRenderer } from './page-renderer.tsx';

/** Which rows are asked for again: a page has no more. */
const someStreams = z.object({
  stream: z.union([z.string().transform((one) => [one]), z.array(z.string()).max(100)]).optional(),
});

/** The first page, all pull requests and branches, and what its script asks for. */
export function listPage({ engine }: Service, pages: PageRenderer): Router {
  const { db, world, machineVersion } = engine.options;
  const { links } = pages;
  const source = { db, machineVersion, links, now: () => world.now() };
  const router = Router();

  router.get('/', async (request, response) => {
    await pages.send(response, {
      title: 'Pull requests',
      View: ListView,
      data: await listData(source, queryOf(request)),
      entry: 'list',
      current: links.home,
    });
  });

  router.get('/api/list', async (request, response) => {
    const { stream } = parseQuery(request, someStreams);
    const query = queryOf(request);
    response
      .set('cache-control', 'no-store')
      .json(
        stream === undefined
          ? await listData(source, query)
          : await listNews(source, query, stream),
      );
  });
  return router;
}

function queryOf({ url }: Request): ReturnType<typeof listQueryOf> {
  const mark = url.indexOf('?');
  return listQueryOf(mark < 0 ? '' : url.slice(mark));
}
