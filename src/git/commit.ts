import { PortError } from '../ports/port-error.ts';
import { type GitObject, gitObject, hashOf } from './object.ts';

/** Author and committer of every commit of ours: constant, for the same request gives the same commit. */
const identity = 'Orthrus <orthrus@localhost>';

export interface CommitRequest {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Milliseconds since the epoch; a commit keeps seconds. */
  readonly date: number;
}

/** A commit object, byte for byte the same for the same request. @throws {PortError} `invalid` */
export function commitObject(request: CommitRequest): GitObject {
  const seconds = Math.floor(request.date / 1000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new PortError('invalid', `${request.date} is no date of a commit`);
  }
  if (request.message.includes('\0')) {
    throw new PortError('invalid', 'the message of a commit holds no NUL');
  }
  const lines = [
    `tree ${request.tree}`,
    ...request.parents.map((parent) => `parent ${parent}`),
    `author ${identity} ${seconds} +0000`,
    `committer ${identity} ${seconds} +0000`,
    '',
    request.message.endsWith('\n') ? request.message : `${request.message}\n`,
  ];
  return gitObject('commit', Buffer.from(lines.join('\n'), 'utf8'), hashOf(request.tree));
}
