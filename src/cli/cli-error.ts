/** Something that a person at the command line has to know. The message says what, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** `usage`: what was asked makes no sense (exit code 2). `failed`: it did not work (1). */
  readonly code: 'usage' | 'failed';

  constructor(code: CliError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
