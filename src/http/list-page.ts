import { Router } from 'express';
import { ListView } from '../dashboard/list/list-view.tsx';
import type { Service } from '../service.ts';
import { listData } from './list-data.ts';
import type { PageRenderer } from './page-renderer.tsx';

/** The first page: all pull requests and branches. */
export function listPage({ engine }: Service, pages: PageRenderer): Router {
  const { db, world, machineVersion } = engine.options;
  const { links } = pages;
  const router = Router();
  router.get('/', async (_request, response) => {
    const data = await listData({ db, machineVersion, links, now: world.now() });
    await pages.send(response, {
      title: 'Pull requests',
      View: ListView,
      data,
      entry: 'list',
      current: links.home,
    });
  });
  return router;
}
