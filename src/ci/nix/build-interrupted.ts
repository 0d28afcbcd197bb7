import type { BuildError } from '../../../machines/build.ts';

/** Nobody waits for it any more. */
export class Cancelled extends Error {}

/** Its processes are gone without a word. */
export class Lost extends Error {}

/** It came to nothing as a whole. */
export class BuildFailed extends Error {
  readonly error: BuildError;

  constructor(error: BuildError) {
    super(error.message);
    this.error = error;
  }
}
