import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { PortError } from '../ports/port-error.ts';
import { gitFailure } from './failure.ts';
import { type GitObject, type HashName, pack } from './pack.ts';
import type { Git } from './run.ts';

export interface StoredObject {
  readonly kind: string;
  readonly id: string;
  readonly content: Buffer;
}

/** Gives an object by its id or any other name of one; null if it is not here. Never fetches. */
export type ReadObject = (name: string) => Promise<StoredObject | null>;

/** Reads objects through one `git cat-file --batch` that lives as long as `use`. */
export async function withObjects<T>(
  git: Git,
  directory: string,
  use: (read: ReadObject) => Promise<T>,
): Promise<T> {
  const what = 'read objects';
  const { child, finished } = await git.converse(directory, ['cat-file', '--batch'], { what });
  // Nothing may be left unhandled when `use` throws first.
  finished.catch(() => undefined);
  const source = byteSource(child);
  const read: ReadObject = async (name) => {
    child.stdin.write(`${name}\n`);
    const header = await source.line();
    if (header === null) {
      const { code, stderr } = await finished;
      throw gitFailure(what, stderr, code);
    }
    const match = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header);
    if (match === null) {
      if (/ (missing|ambiguous)$/.test(header)) return null;
      throw new PortError(
        'unavailable',
        `could not ${what}: git answered ${JSON.stringify(header)}`,
      );
    }
    const [, id = '', kind = '', size = '0'] = match;
    const content = await source.take(Number(size) + 1);
    return { kind, id, content: content.subarray(0, -1) };
  };
  try {
    return await use(read);
  } finally {
    child.stdin.end();
    source.close();
  }
}

/** Writes objects, in one process. Those already there count as new again, so that no gc takes them (A1, G1). */
export async function writeObjects(
  git: Git,
  directory: string,
  objects: readonly GitObject[],
  hash: HashName,
): Promise<void> {
  await git.run(directory, ['unpack-objects', '-q'], {
    what: 'write objects',
    input: pack(objects, hash),
  });
}

/** A process's output, taken by line and by length, in the order asked for; one asker at a time. */
function byteSource(child: ChildProcessWithoutNullStreams): {
  line(): Promise<string | null>;
  take(length: number): Promise<Buffer>;
  close(): void;
} {
  let chunks: Buffer[] = [];
  let length = 0;
  let over = false;
  let wake = (): void => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    wake();
  });
  const stop = (): void => {
    over = true;
    wake();
  };
  child.stdout.on('close', stop);
  child.on('error', stop);

  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const flat = (): Buffer => {
    const [only, ...others] = chunks;
    if (only !== undefined && others.length === 0) return only;
    const all = Buffer.concat(chunks);
    chunks = [all];
    return all;
  };
  const cut = (at: number): Buffer => {
    const all = flat();
    chunks = [all.subarray(at)];
    length -= at;
    return all.subarray(0, at);
  };
  return {
    async line() {
      for (;;) {
        const newline = flat().indexOf(0x0a);
        if (newline >= 0) return cut(newline + 1).toString('utf8', 0, newline);
        if (over) return null;
        await more();
      }
    },
    async take(wanted) {
      // Joined once, when all is there: a large tree comes in many chunks.
      for (;;) {
        if (length >= wanted) return cut(wanted);
        if (over) throw new PortError('unavailable', 'could not read objects: git ended early');
        await more();
      }
    },
    close: stop,
  };
}
