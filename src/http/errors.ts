import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { asLogError, LogError } from '../log/log-error.ts';
import { PortError } from '../ports/port-error.ts';
import type { Service } from '../service.ts';
import { HttpError, notFound, unavailable } from './http-error.ts';
import { ErrorView } from '../dashboard/shared/error-view.tsx';
import type { PageRenderer } from './page-renderer.tsx';

/** What Express and its body parsers throw. Their messages are for the client where they say `expose`. */
const expressError = z.object({
  status: z.number().int().min(400).max(499),
  type: z.string().optional(),
});

const expressMessages: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad-request', 'the request cannot be read'],
  413: ['too-large', 'the body is too large'],
  415: ['unsupported-media-type', 'the encoding of the body is not known here'],
};

/** Any error in terms of HTTP. What is not meant for the client is told as an internal error, and no more. */
export function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const known = asLogError(error);
  if (known instanceof LogError && known.code === 'unavailable')
    return unavailable('the database cannot be used now; nothing was recorded, try again');
  if (known instanceof LogError && known.code === 'conflict')
    return new HttpError(409, 'conflict', 'it has changed meanwhile; look again');
  if (known instanceof PortError && ['unavailable', 'timeout', 'rate-limited'].includes(known.code))
    return unavailable('the forge or the CI cannot be asked now; try again');
  const { success, data } = expressError.safeParse(error);
  if (success) {
    const [code, message] = expressMessages[data.status] ?? ['bad-request', 'a bad request'];
    return new HttpError(data.status, code, message);
  }
  return new HttpError(500, 'internal', 'something went wrong here; the log says what');
}

export const unknownRoute: RequestHandler = () => {
  throw notFound('there is nothing here');
};

/** The one place where an error becomes an answer. */
export function answerErrors(service: Service, pages: PageRenderer): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, next) => {
    const answer = asHttpError(error);
    if (answer.status >= 500)
      service.engine.options.logger.error(
        { err: error, method: request.method, path: request.path },
        'a request failed',
      );
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(answer.status).set(answer.headers).set('cache-control', 'no-store');
    sendError(request, response, answer, pages).catch(next);
  };
}

async function sendError(
  request: Request,
  response: Response,
  { status, code, message }: HttpError,
  pages: PageRenderer,
): Promise<void> {
  const isForPrograms = /^\/(api|webhooks|ci)(\/|$)/.test(request.path);
  if (!isForPrograms && request.accepts(['json', 'html']) === 'html')
    await pages.send(response, {
      title: String(status),
      View: ErrorView,
      data: { status, message },
      entry: null,
    });
  else response.json({ error: { code, message } });
}
