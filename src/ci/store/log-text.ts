import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const mostLines = 20;
const mostCharacters = 2000;

/** Terminal sequences and control characters are for terminals, not for statuses. */
export function plainText(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex
      .replace(/\u001B(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(\u0007|\u001B\\)|.)/g, '')
      .replace(/\r\n?/g, '\n')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
  );
}

/** The last 64 KiB of a log, or nothing if there is none; a log may be of any size. */
export async function endOfLog(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const length = Math.min(size, 65_536);
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
      return plainText(buffer.toString('utf8'));
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

/** The last lines that say something. Nix (2.4 and later, not 2.8's `nix-store`) repeats the builder's own; once is enough. */
export function lastLines(log: string): string {
  const lines = log
    .replace(/;\n\s+last \d+ log lines:\n(\s*>.*\n)*(\s+For full logs, run .*\n)?/g, '\n')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith("(use '--show-trace'"))
    .slice(-mostLines);
  const text = lines.join('\n');
  return text.length <= mostCharacters ? text : `…${text.slice(1 - mostCharacters)}`;
}

export async function logContains(file: string, needle: string): Promise<boolean> {
  const wanted = Buffer.from(needle);
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      const text = Buffer.concat([
        rest,
        Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)),
      ]);
      if (text.includes(wanted)) return true;
      rest = text.subarray(Math.max(0, text.length - wanted.length));
    }
  } catch {
    // no log: nothing was said
  }
  return false;
}
