import { Router } from 'express';
import { sql } from 'kysely';
import type { Service } from '../service.ts';

/** Whether the process lives, and whether it can do its work. */
export function health(service: Service): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const reason = service.isStarted ? await databaseFault(service) : 'the service is not started';
    response
      .status(reason === null ? 200 : 503)
      .set('cache-control', 'no-store')
      .json(reason === null ? { status: 'ready' } : { status: 'not ready', reason });
  });
  return router;
}

/** It changes nothing, but SQLite opens the write transaction before it knows. */
async function databaseFault(service: Service): Promise<string | null> {
  try {
    await sql`delete from lanes where 1 = 0`.execute(service.log.db);
    return null;
  } catch (error) {
    service.engine.options.logger.warn({ err: error }, 'not ready');
    return 'the database cannot be written';
  }
}
