import { Router } from 'express';
import { z } from 'zod';
import { shortSha } from '../../machines/describe.ts';
import { type EventData, stateText } from '../../machines/fold.ts';
import type { Recorded } from '../log/append.ts';
import type { PullRow } from '../log/schema.ts';
import type { Service } from '../service.ts';
import { jsonBytes, parseBody } from './body.ts';
import { findPull, pullPath } from './find-pull.ts';
import { badRequest } from './http-error.ts';
import { requireOperator } from './operator-token.ts';

const by = 'operator';
const largestCall = 64 * 1024;

const rebuildBody = z.object({ cold: z.boolean().default(false) });
const approveBody = z.object({
  head: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "the head's full sha"),
});

/** The answer to what was recorded, or to what came to nothing and why. */
type Answer = Pick<Recorded, 'stream' | 'version'> | { readonly ignored: string };

/** An operator's hand. Every call needs the operator's token. */
export function apiOperator(service: Service): Router {
  const { engine, reconciler } = service;
  const { world } = engine.options;
  const router = Router();
  const guarded = [requireOperator(service.config), ...jsonBytes(largestCall)];

  router
    .route(`/api/pulls${pullPath}/rebuild`)
    .post(...guarded)
    .post(async (request, response) => {
      const { cold } = parseBody(request, rebuildBody);
      const row = await findPull(service, request.params);
      const event = { type: 'rebuild.requested', cold, by } as const;
      response.status(202).json(await record(service, row, event));
    });

  router
    .route(`/api/pulls${pullPath}/approve`)
    .post(...guarded)
    .post(async (request, response) => {
      const { head } = parseBody(request, approveBody);
      const row = await findPull(service, request.params);
      if (row.kind !== 'pull') throw badRequest('a branch needs no approval');
      const event = { type: 'pull.approved', head, by } as const;
      response.status(202).json(await record(service, row, event));
    });

  router
    .route(`/api/pulls${pullPath}/accept`)
    .post(...guarded)
    .post(async (request, response) => {
      parseBody(request, z.object({}));
      const row = await findPull(service, request.params);
      const { held, version } = await engine.state(row.stream);
      // What is not held would begin anew for nothing.
      const answer =
        held === null
          ? { ignored: 'not held: this version replays its log as it was recorded' }
          : await record(service, row, { type: 'machine.accepted', by }, version);
      response.status(202).json(answer);
    });

  router
    .route('/api/reconcile')
    .post(...guarded)
    .post(async (request, response) => {
      parseBody(request, z.object({}));
      const begun = world.now();
      await reconciler.run();
      response.json({ reconciled: true, milliseconds: world.now() - begun });
    });

  return router;
}

async function record(
  service: Service,
  row: PullRow,
  event: EventData,
  expected?: number,
): Promise<Answer> {
  const { engine } = service;
  const { stream } = row;
  const recorded = await engine.record({ stream, event, source: 'operator', expected });
  if (recorded === null) return { ignored: 'nothing was recorded' };
  if (recorded.handled) return { stream, version: recorded.version };
  const { held, snapshot } = await engine.state(stream);
  if (held !== null)
    return { ignored: `held: ${held}; it is recorded, and counts once the machine is accepted` };
  const state = stateText(snapshot.value);
  const { head } = snapshot.context;
  if (event.type === 'pull.approved')
    return {
      ignored: head === null ? 'it has no head' : `not the newest head, which is ${shortSha(head)}`,
    };
  return { ignored: reasons[state.split('.')[0] ?? ''] ?? `nothing to do while ${state}` };
}

/** Why a rebuild comes to nothing, by state. */
const reasons: Readonly<Record<string, string>> = {
  closed: 'closed',
  closing: 'closing',
  gone: 'the branch is gone',
  draft: 'a draft is built when it is ready for review',
  awaitingApproval: 'its head is built once it is approved',
  merging: 'already being built anew',
};
