import { Router } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Service } from '../service.ts';
import { countBuilds } from './build-metrics.ts';
import type { EventFeed } from './event-feed.ts';

/** What is counted of a service, in a registry of its own. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'orthrus_http_request_duration_seconds',
    help: 'HTTP requests by route, until the answer was sent',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly deliveries = new Counter({
    name: 'orthrus_deliveries_total',
    help: 'Deliveries of forges, by event where the forge names it, and by what came of them: recorded, ignored, refused',
    labelNames: ['forge', 'event', 'outcome'],
    registers: [this.registry],
  });
  readonly #unlisten: readonly (() => void)[];

  constructor(service: Service, feed: EventFeed) {
    collectDefaultMetrics({ register: this.registry });
    const { engine } = service;
    const events = new Counter({
      name: 'orthrus_events_total',
      help: 'Events recorded, by type and whether a transition took them',
      labelNames: ['type', 'handled'],
      registers: [this.registry],
    });
    const tries = new Counter({
      name: 'orthrus_effects_total',
      help: 'Tries at effects, by type and what came of them: done, moot, dead, retried, held',
      labelNames: ['type', 'outcome'],
      registers: [this.registry],
    });
    this.#unlisten = [
      engine.listen(({ handled }, event) =>
        events.inc({ type: event.type, handled: String(handled) }),
      ),
      engine.listenToTries((tried) => tries.inc({ type: tried.type, outcome: tried.outcome })),
      countBuilds(service, this.registry),
    ];
    gaugeEffects(service, this.registry);
    gaugeBudgets(service, this.registry);
    const listeners: Gauge = new Gauge({
      name: 'orthrus_stream_clients',
      help: 'Clients that listen to /api/stream',
      registers: [this.registry],
      collect: () => listeners.set(feed.size),
    });
  }

  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
    this.registry.clear();
  }
}

export function metricsRouter({ registry }: Metrics): Router {
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    response.set('content-type', registry.contentType).send(await registry.metrics());
  });
  return router;
}

/** What is still to be done, as the database has it at the moment of asking. */
function gaugeEffects(service: Service, registry: Registry): void {
  const { world } = service.engine.options;
  const unfinished = new Gauge({
    name: 'orthrus_effects_unfinished',
    help: 'Effects and timers that are still to come',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      for (const kind of ['effect', 'timer'] as const)
        unfinished.set({ kind }, (await readUnfinished(service, kind)).count);
    },
  });
  const oldest = new Gauge({
    name: 'orthrus_effects_oldest_unfinished_seconds',
    help: 'Age of the effect that has been waited for longest; 0 when there is none',
    registers: [registry],
    async collect() {
      const { since } = await readUnfinished(service, 'effect');
      oldest.set(since === null ? 0 : Math.max(0, world.now() - since) / 1000);
    },
  });
}

/** What the forges have told of how much they may still be asked. */
function gaugeBudgets({ forges }: Service, registry: Registry): void {
  const left = new Gauge({
    name: 'orthrus_forge_calls_left',
    help: 'Calls that a forge still answers until its limit is whole again, as it last told, by whose they are',
    labelNames: ['forge', 'of', 'resource'],
    registers: [registry],
    collect() {
      for (const [forge, { budgets }] of forges)
        for (const { of, resource, remaining } of budgets?.() ?? [])
          left.set({ forge, of, resource }, remaining);
    },
  });
}

async function readUnfinished(
  { log }: Service,
  kind: 'effect' | 'timer',
): Promise<{ count: number; since: number | null }> {
  const row = await log.db
    .selectFrom('effects')
    .select((effect) => [
      effect.fn.countAll<number>().as('count'),
      effect.fn.min('asked_at').as('since'),
    ])
    .where('done_at', 'is', null)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return row;
}
