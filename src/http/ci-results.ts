import { Router } from 'express';
import { takeMessage } from '../engine/ci-messages.ts';
import type { Service } from '../service.ts';
import { jsonBytes, rawBody } from './body.ts';
import { notFound } from './http-error.ts';
import { asRefusal } from './refusal.ts';
import { headersOf } from './webhooks.ts';

/** A message names jobs and store paths; ten thousand of them are within this. */
const largestMessage = 8 * 1024 * 1024;

/** What CIs tell by themselves: Typhon's actions, and any other CI's results. */
export function ciResults(service: Service): Router {
  const { engine, reports } = service;
  const router = Router();
  router
    .route('/ci/:ci')
    .post(...jsonBytes(largestMessage))
    .post(async (request, response) => {
      const { ci } = request.params;
      const adapter = service.cis.get(ci);
      if (adapter === undefined) throw notFound(`there is no CI "${ci}" in the configuration`);
      const message = asRefusal(() =>
        adapter.read({ headers: headersOf(request), body: rawBody(request) }),
      );
      if ('ignored' in message) {
        response.status(202).json(message);
        return;
      }
      await adapter.take(message);
      const taken = await takeMessage(engine, reports, engine.options.places.ofCi(ci), message);
      const recorded = taken.flatMap((one) =>
        one.outcome === 'ignored'
          ? []
          : [{ stream: one.recorded.stream, version: one.recorded.version }],
      );
      const reasons = taken.flatMap((one) => (one.outcome === 'ignored' ? [one.reason] : []));
      const [first] = recorded;
      if (first === undefined)
        response.status(202).json({ ignored: [...new Set(reasons)].join('; ') });
      else response.status(202).json(recorded.length === 1 ? first : { ...first, recorded });
    });
  return router;
}
