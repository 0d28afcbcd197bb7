import { Router } from 'express';
import { liveRun } from '../inspect/live-run.ts';
import { recordedRun } from '../inspect/recorded-run.ts';
import { redactor } from '../inspect/redact.ts';
import type { Service } from '../service.ts';
import { findPull, pullPath } from './find-pull.ts';
import { notFound } from './http-error.ts';
import { sendMessages } from './inspect-messages.ts';
import { type InspectPage, inspectPage } from './inspect-page.tsx';

/**
 * Recorded runs as the Stately inspector is told of them, and with `live` the page that tells it of all pull requests as
 * they go on. Not without being asked: what the page tells, it tells to somebody else's page.
 */
export function apiInspect(service: Service, live: boolean): InspectPage {
  const { engine, config } = service;
  const redact = redactor(config.inspector.redact);
  const page = inspectPage(config.inspector.url, (signal) => liveRun(engine, redact, signal));
  const router = Router();
  router.get(`/api/pulls${pullPath}/inspect`, async (request, response) => {
    const row = await findPull(service, request.params);
    await sendMessages(response, recordedRun(engine.options.db, row, redact));
  });
  router.use(['/inspect', '/api/inspect'], (_request, _response, next) => {
    if (live) next();
    else throw notFound('start the service with --inspect to see all pull requests live');
  });
  router.use(page.router);
  return { router, close: () => page.close() };
}
