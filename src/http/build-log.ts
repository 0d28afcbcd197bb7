import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { z } from 'zod';
import { PortError } from '../ports/port-error.ts';
import type { PullRow } from '../log/schema.ts';
import type { Service } from '../service.ts';
import { parseQuery } from './body.ts';
import { findPull, pullPath } from './find-pull.ts';
import { notFound } from './http-error.ts';

const logQuery = z.object({ job: z.string().optional() });
const attemptNumber = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/**
 * The log of a job, or without `job` of the evaluation, as it is so far. Nothing of the request becomes part of a path:
 * the CI is asked where the log of a build that we know is (F5).
 */
export function buildLog(service: Service): Router {
  const router = Router();
  router.get(`/pulls${pullPath}/log/:attempt`, async (request, response) => {
    const { job } = parseQuery(request, logQuery);
    const row = await findPull(service, request.params);
    const path = await logFile(service, row, request.params.attempt, job ?? null);
    const file = path === null ? null : await openLog(path);
    if (file === null) throw notFound('there is no such log: nothing was built, or it is gone');
    response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    try {
      await pipeline(file.createReadStream(), response);
    } catch (error) {
      // The reader has gone: that is no error of ours.
      if (!response.destroyed) throw error;
    }
  });
  return router;
}

/** Null: it was let go since the CI named it. */
async function openLog(path: string): Promise<FileHandle | null> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function logFile(
  service: Service,
  row: PullRow,
  attemptText: string,
  job: string | null,
): Promise<string | null> {
  const { success, data: attempt } = attemptNumber.safeParse(attemptText);
  if (!success) return null;
  const build = await service.log.db
    .selectFrom('builds')
    .select(['commit', 'attempt'])
    .where('stream', '=', row.stream)
    .where('attempt', '=', attempt)
    .executeTakeFirst();
  const ci = service.engine.options.places.byId(row.forge, row.repository_id)?.ci;
  if (build === undefined || ci === undefined) return null;
  try {
    return await ci.logFile(row.stream, build, job);
  } catch (error) {
    if (error instanceof PortError && error.code === 'invalid') return null;
    throw error;
  }
}
