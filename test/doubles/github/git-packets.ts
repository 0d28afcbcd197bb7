import { gunzipSync } from 'node:zlib';

/** A ref that a push is to move. */
export interface Command {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** One line of git's protocol: its length in four hexadecimal digits, and the text. */
const packet = (text: string | Buffer): Buffer => {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body]);
};
const flush = Buffer.from('0000');

/** The lines of a request up to its first flush. */
export function packets(body: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= body.length; ) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    // 0 is a flush; 1 parts the sections of protocol 2.
    if (length === 1) at += 4;
    else if (length >= 4) {
      lines.push(body.toString('utf8', at + 4, at + length).replace(/\n$/, ''));
      at += length;
    } else break;
  }
  return lines;
}

/** What a `git-receive-pack` request asks for. */
export function commandsOf(body: Buffer): Command[] {
  return packets(body).flatMap((line) => {
    const [command = ''] = line.split('\0');
    const [before, after, ref] = command.split(' ');
    return before?.length === 40 && after !== undefined && ref !== undefined
      ? [{ before, after, ref }]
      : [];
  });
}

/** The commits that a `git-upload-pack` request wants. */
export function wantsOf(body: Buffer): string[] {
  return packets(body).flatMap((line) => /^want ([0-9a-f]{40})/.exec(line)?.[1] ?? []);
}

export const plain = (body: Buffer, encoding: string | undefined): Buffer =>
  encoding === 'gzip' ? gunzipSync(body) : body;

/** The answer to a push of which nothing was done: GitHub's words on the side band, and the refs declined. */
export function refusedPush(commands: readonly Command[], message: string): Buffer {
  const report = [
    packet('unpack ok\n'),
    ...commands.map(({ ref }) => packet(`ng ${ref} protected branch hook declined\n`)),
    flush,
  ];
  const band = (number: number, content: Buffer): Buffer =>
    packet(Buffer.concat([Buffer.from([number]), content]));
  return Buffer.concat([band(2, Buffer.from(message)), band(1, Buffer.concat(report)), flush]);
}

export const refusedFetch = (commit: string): Buffer =>
  packet(`ERR upload-pack: not our ref ${commit}`);
