import { Router } from 'express';
import { z } from 'zod';
import type { Service } from '../service.ts';
import { parseQuery } from './body.ts';
import { findPull, pullPath } from './find-pull.ts';
import type { Links } from './links.ts';
import { eventsShown } from './page-events.ts';
import { pullPage } from './page-pull.ts';
import { buildJson } from './pull-json.ts';
import { readBuilds, readEvents, readPending } from './read-pulls.ts';
import { style } from './style.ts';

const pullQuery = z.object({
  before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
});

/** Pages for people, made here: no script, nothing from elsewhere. */
export function pages(service: Service, links: Links): Router {
  const { engine } = service;
  const { db, world } = engine.options;
  const router = Router();

  router.get(`/pulls${pullPath}`, async (request, response) => {
    const { before } = parseQuery(request, pullQuery);
    const row = await findPull(service, request.params);
    const { held, snapshot } = await engine.state(row.stream);
    const builds = await readBuilds(db, row.stream, 20);
    const page = pullPage(links, {
      row,
      snapshot,
      held,
      pending: await readPending(db, row.stream),
      builds: builds.map((build) => buildJson(build, row, links, new Map())),
      events: await readEvents(db, row.stream, { before }, eventsShown),
      now: world.now(),
    });
    response.type('html').send(page.text);
  });

  router.get('/style.css', (_request, response) => {
    response.type('css').set('cache-control', 'public, max-age=3600').send(style);
  });

  return router;
}
