import { isatty } from 'node:tty';

/** Writes to stdout, waiting for slow readers, so that a long answer neither piles up nor is cut off. */
export async function print(text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`);
}

/** A line of progress on stderr, rewritten in place; silent where nobody watches. */
export function progress(what: (done: number) => string): {
  at: (done: number) => void;
  end: () => void;
} {
  const isWatched = isatty(2);
  let last = 0;
  return {
    at(done) {
      const now = Date.now();
      if (!isWatched || now - last < 100) return;
      last = now;
      process.stderr.write(`\r\u001b[K${what(done)}`);
    },
    end() {
      if (isWatched && last > 0) process.stderr.write('\r\u001b[K');
    },
  };
}
