/**
 * `unavailable`: the database cannot be written now (full disk, locked, read-only); nothing was stored, try again.
 * `conflict`: the stream is not at the version that was expected. `newer`: a later Orthrus wrote this database.
 * `older`: it has to be migrated first. `in-use`: another process writes it. `missing`: there is none.
 * `corrupt`: what is in it does not parse.
 */
export type LogErrorCode =
  | 'unavailable'
  | 'conflict'
  | 'newer'
  | 'older'
  | 'in-use'
  | 'missing'
  | 'corrupt';

export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const unavailable = /^SQLITE_(FULL|BUSY|LOCKED|READONLY|IOERR|CANTOPEN|NOMEM)/;

/** SQLite's own errors in terms of the log; every other error is given back as it is. */
export function asLogError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code !== 'string') return error;
  if (unavailable.test(code)) {
    const text = error instanceof Error ? error.message : code;
    return new LogError('unavailable', `the database cannot be written: ${text} (${code})`, error);
  }
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
    return new LogError(
      'corrupt',
      'the database file is damaged, or not an SQLite database',
      error,
    );
  return error;
}

/** Whether the database could not be written; whoever waits for it may try again. */
export function isUnavailable(error: unknown): boolean {
  const known = asLogError(error);
  return known instanceof LogError && known.code === 'unavailable';
}
