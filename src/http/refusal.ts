import { PortError } from '../ports/port-error.ts';
import { badRequest, HttpError } from './http-error.ts';

/** Has an adapter read what was sent to it; what it refuses is the sender's fault (D5). @throws {HttpError} 400, 401 */
export function asRefusal<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (error.code === 'denied') throw new HttpError(401, 'unauthorized', error.message);
    throw badRequest(error.message);
  }
}
