import { emitKeypressEvents } from 'node:readline';
import type { TravelStep } from '../replay/time-travel.ts';
import { CliError } from './cli-error.ts';
import { stepText } from './replay-text.ts';
import { type Key, press, type Walk, walkStart } from './replay-walk.ts';
import { colours, cut } from './text.ts';

/** A screen of its own without a cursor, and back: what the terminal showed before is there again. */
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const clear = '\u001b[H\u001b[2J';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Shows one step at a time, and goes where the keys lead, until they lead out. However it ends, the terminal is as it was
 * before; by a signal the process ends as that signal would have ended it.
 * @param pull what the run is called
 */
export async function walkThrough(pull: string, steps: readonly TravelStep[]): Promise<void> {
  if (steps.length === 0) throw new CliError('failed', 'there is no such step');
  const types = steps.map((step) => step.event.type);
  const { stdin, stdout } = process;
  let walk = walkStart;
  const draw = (): void => {
    // A terminal may not know how large it is.
    const size = { columns: stdout.columns || 80, rows: stdout.rows || 24 };
    stdout.write(clear + screen(pull, steps, walk, size));
  };
  const ended = await new Promise<NodeJS.Signals | null>((resolve) => {
    const end = (by: NodeJS.Signals | null): void => {
      stdin.off('keypress', pressed).off('end', out);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.off('resize', draw).write(leave);
      for (const signal of signals) process.off(signal, end);
      resolve(by);
    };
    const out = (): void => end(null);
    const pressed = (_text: string | undefined, key: Key): void => {
      const next = press(walk, key, types);
      if (next === null) return out();
      walk = next;
      draw();
    };
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', pressed).on('end', out);
    for (const signal of signals) process.on(signal, end);
    stdout.on('resize', draw).write(enter);
    stdin.resume();
    draw();
  });
  if (ended !== null) process.kill(process.pid, ended);
}

const help = 'n next  p back  g first  G last  /type seek  q quit';

/** What is shown of a step on a terminal of that size. */
export function screen(
  pull: string,
  steps: readonly TravelStep[],
  { at, typing, said }: Walk,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string {
  const step = steps[at];
  if (step === undefined) return '';
  const lines = stepText(step, steps[at - 1] ?? null)
    .trimEnd()
    .split('\n');
  const room = Math.max(rows - 3, 1);
  const shown =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), colours.dim(`… ${lines.length - room + 1} more lines`)];
  const foot = typing === null ? colours.dim(said ?? help) : `/${typing}`;
  return [
    colours.bold(`${pull}  ${at + 1} of ${steps.length}`),
    ...shown,
    ...Array.from({ length: room - shown.length }, () => ''),
    '',
    foot,
  ]
    .map((line) => cut(line, columns))
    .join('\n');
}
