import { Router } from 'express';
import type { OverviewData } from '../dashboard/overview/overview-data.ts';
import { OverviewView } from '../dashboard/overview/overview-view.tsx';
import type { Service } from '../service.ts';
import { overviewData } from './overview-data.ts';
import type { PageRenderer } from './page-renderer.tsx';

/** What is counted holds for so long, in milliseconds: whoever reloads the page does not count it anew. */
const holdsFor = 15_000;

/** What the last thirty days came to, for people and for programs. */
export function overviewPage(service: Service, pages: PageRenderer): Router {
  const { world } = service.engine.options;
  const { links } = pages;
  const router = Router();
  let counted: { readonly at: number; readonly data: Promise<OverviewData> } | null = null;
  const count = (): Promise<OverviewData> => {
    const now = world.now();
    if (counted !== null && now - counted.at < holdsFor && now >= counted.at) return counted.data;
    const data = overviewData(service);
    counted = { at: now, data };
    // A count that failed is no count.
    data.catch(() => {
      counted = null;
    });
    return data;
  };

  router.get('/overview', async (_request, response) => {
    await pages.send(response, {
      title: 'Overview',
      View: OverviewView,
      data: await count(),
      entry: 'overview',
      current: links.overview,
    });
  });
  router.get('/api/overview', async (_request, response) => {
    response.set('cache-control', 'no-store').json(await count());
  });
  return router;
}
