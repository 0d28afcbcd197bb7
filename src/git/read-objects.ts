import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { PortError } from '../ports/port-error.ts';
import { gitFailure } from './failure.ts';
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
  const session = await startSession(git, directory);
  try {
    return await use(session.read);
  } finally {
    session.close();
  }
}

const idleAfter = 500;
const oldAfter = 30_000;

/**
 * Reads objects through one process that all readers share, in turn, and that ends when nobody has read for a moment:
 * what an overlay asks for comes in bursts, and starting a process takes longer than ten answers.
 */
export function sharedReader(git: Git, directory: string): ReadObject {
  let session: Promise<Session> | null = null;
  let started = 0;
  let waiting = 0;
  let idle: NodeJS.Timeout | undefined;
  const drop = (): void => {
    session?.then(({ close }) => close()).catch(() => undefined);
    session = null;
  };
  let last: Promise<unknown> = Promise.resolve();
  const answer = async (name: string): Promise<StoredObject | null> => {
    // Long before its time-out, and so that no pack which a gc replaced is held open for long.
    if (Date.now() - started > oldAfter || (await session)?.ended() === true) drop();
    if (session === null) started = Date.now();
    session ??= startSession(git, directory);
    try {
      return await (await session).read(name);
    } catch (error) {
      drop();
      throw error;
    }
  };
  return async (name) => {
    clearTimeout(idle);
    waiting += 1;
    const next = last.then(() => answer(name));
    last = next.catch(() => undefined);
    try {
      return await next;
    } finally {
      waiting -= 1;
      if (waiting === 0) idle = setTimeout(drop, idleAfter);
    }
  };
}

interface Session {
  readonly ended: () => boolean;
  /** One asker at a time. */
  readonly read: ReadObject;
  readonly close: () => void;
}

async function startSession(git: Git, directory: string): Promise<Session> {
  const what = 'read objects';
  const { child, finished } = await git.converse(directory, ['cat-file', '--batch'], { what });
  // Nothing may be left unhandled when nobody reads any more.
  finished.catch(() => undefined);
  const source = byteSource(child);
  let ended = false;
  child.on('close', () => {
    ended = true;
  });
  return {
    ended: () => ended,
    async read(name) {
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
    },
    close() {
      child.stdin.end();
      source.close();
    },
  };
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
