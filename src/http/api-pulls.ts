import { Router } from 'express';
import { z } from 'zod';
import { waitsFor } from '../engine/waits-for.ts';
import { readStandings } from '../log/standings.ts';
import type { Service } from '../service.ts';
import { parseQuery } from './body.ts';
import { findPull, pullPath } from './find-pull.ts';
import type { Links } from './links.ts';
import { pullDetail } from './pull-detail.ts';
import { eventJson, pullJson } from './pull-json.ts';
import { listPulls, readEvents } from './read-pulls.ts';
import { replaySteps } from './replay-steps.ts';
import { timelineLimit, timelinePart } from './timeline.ts';
import type { Keyframes } from './timeline-keyframes.ts';

const count = z.coerce.number().int().min(1).max(1000);
const version = z.coerce.number().int().min(0);

const listQuery = z.object({
  forge: z.string().optional(),
  repository: z.string().optional(),
  state: z.string().optional(),
  limit: count.default(100),
  after: z.string().optional(),
});
const eventsQuery = z.object({ after: version.default(0), limit: count.default(100) });
const timelineQuery = z.object({
  from: version.min(1).default(1),
  limit: count.max(timelineLimit).default(timelineLimit),
});
const replayQuery = z.object({
  to: version.default(Number.MAX_SAFE_INTEGER),
  limit: count.default(200),
});

/** What there is to know of pull requests and branches. */
export function apiPulls(service: Service, links: Links, keyframes: Keyframes): Router {
  const { engine } = service;
  const { db, world, machineVersion } = engine.options;
  const router = Router();

  router.get('/api/pulls', async (request, response) => {
    const { rows, next } = await listPulls(db, parseQuery(request, listQuery));
    const standings = await readStandings({ db, machineVersion }, rows);
    const shown = rows.map((row) => {
      const standing = standings.get(row.stream);
      const waits = standing === undefined ? null : waitsFor(standing, world.now());
      return { ...pullJson(row, links), waitsFor: waits };
    });
    response.json({ pulls: shown, next });
  });

  router.get(`/api/pulls${pullPath}`, async (request, response) => {
    const row = await findPull(service, request.params);
    response.json(await pullDetail(service, links, row));
  });

  router.get(`/api/pulls${pullPath}/events`, async (request, response) => {
    const { after, limit } = parseQuery(request, eventsQuery);
    const { stream } = await findPull(service, request.params);
    const events = await readEvents(db, stream, { after }, limit);
    const last = events.length === limit ? events.at(-1) : undefined;
    response.json({ stream, events: events.map(eventJson), next: last?.version ?? null });
  });

  router.get(`/api/pulls${pullPath}/timeline`, async (request, response) => {
    const row = await findPull(service, request.params);
    response.json(await timelinePart(db, keyframes, row, parseQuery(request, timelineQuery)));
  });

  router.get(`/api/pulls${pullPath}/replay`, async (request, response) => {
    const { to, limit } = parseQuery(request, replayQuery);
    const row = await findPull(service, request.params);
    response.json({ stream: row.stream, steps: await replaySteps(db, row, to, limit) });
  });

  return router;
}
