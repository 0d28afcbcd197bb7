import type { Request, RequestHandler } from 'express';
import type { Histogram } from 'prom-client';
import { z } from 'zod';

const route = z.object({ path: z.string() });

/** Takes the time of every request. Its route is the pattern, never the address: those are without number. */
export function timeRequests(histogram: Histogram<'method' | 'route' | 'status'>): RequestHandler {
  return (request, response, next) => {
    const stop = histogram.startTimer();
    response.on('finish', () => {
      // An event stream is not slow, it is long.
      if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
      stop({ method: request.method, route: routeOf(request), status: response.statusCode });
    });
    next();
  };
}

function routeOf(request: Request): string {
  const { success, data } = route.safeParse(request.route);
  return success ? data.path : 'unmatched';
}
