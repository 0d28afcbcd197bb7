const words = {
  'bad-request': 'Bad request: ',
  internal: 'Internal server error',
  'not-found': 'Resource not found: ',
} as const;

const statuses = { 'bad-request': 400, internal: 500, 'not-found': 404 } as const;

/** What Typhon answers when it does not do what it was asked. */
export class TyphonError extends Error {
  override readonly name = 'TyphonError';
  readonly code: keyof typeof words;

  constructor(code: keyof typeof words, message = '') {
    super(message);
    this.code = code;
  }

  /** The HTTP status of every route but `POST /api`, which always answers 200. */
  get status(): number {
    return statuses[this.code];
  }

  /** The body of such an answer: plain text. */
  get text(): string {
    return this.code === 'internal' ? words.internal : `${words[this.code]}${this.message}`;
  }

  /** What `POST /api` answers as `Err`. */
  get json(): unknown {
    if (this.code === 'internal') return 'InternalError';
    return this.code === 'not-found'
      ? { ResourceNotFound: this.message }
      : { BadRequest: this.message };
  }
}
