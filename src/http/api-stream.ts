import { Router } from 'express';
import type { EventFeed } from './event-feed.ts';

/** Every recorded event, as it is recorded. */
export function apiStream(feed: EventFeed): Router {
  const router = Router();
  router.get('/api/stream', (_request, response) => feed.add(response));
  return router;
}
