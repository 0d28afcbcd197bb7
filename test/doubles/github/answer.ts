import type { Json } from './shapes/json.ts';

/** What a request is answered with; `body` absent: nothing. */
export interface Answer {
  readonly status: number;
  readonly body?: Json | readonly Json[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Complaint {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** A request that GitHub refuses, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'api-error';
  readonly status: number;
  readonly errors: readonly Complaint[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { errors?: readonly Complaint[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  get answer(): Answer {
    return {
      status: this.status,
      headers: this.headers,
      body: {
        message: this.message,
        ...(this.errors.length === 0 ? {} : { errors: this.errors }),
        documentation_url: 'https://docs.github.com/rest',
        status: String(this.status),
      },
    };
  }
}

export const notFound = (): ApiError => new ApiError(404, 'Not Found');

/** A field that GitHub would not take. */
export const invalid = (resource: string, field: string, message: string): ApiError =>
  new ApiError(422, 'Validation Failed', {
    errors: [{ resource, code: 'custom', field, message: `${field} ${message}` }],
  });
