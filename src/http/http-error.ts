/** What is wrong with a request, or with us, in terms of HTTP. The message is shown to whoever asked. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function badRequest(message: string): HttpError {
  return new HttpError(400, 'bad-request', message);
}

export function notFound(message: string): HttpError {
  return new HttpError(404, 'not-found', message);
}

/** Nothing was stored; whoever sent it should send it again (G2). */
export function unavailable(message: string): HttpError {
  return new HttpError(503, 'unavailable', message, { 'retry-after': '10' });
}
