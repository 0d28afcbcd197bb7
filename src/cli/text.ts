import { isatty } from 'node:tty';
import picocolors from 'picocolors';

/**
 * Colours for stdout: only on a terminal, never with NO_COLOR. (The library's own rule also colours whatever runs with
 * CI set.)
 */
export const colours = picocolors.createColors(
  isatty(1) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
);

// Control characters are what this is about; besides them the marks that turn the direction of a line.
// oxlint-disable-next-line eslint/no-control-regex
const dangerous = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Other people's text (a title, a job's name) made safe for a terminal: nothing in it moves a cursor (F5). */
export function harmless(text: string): string {
  return text.replace(dangerous, (character) =>
    character === '\n' || character === '\t' || character === '\r'
      ? ' '
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
// oxlint-disable-next-line eslint/no-control-regex
const escapes = /\u001b\[[0-9;]*m/g;

/** How many columns a terminal gives the text. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(escapes, ''))
    width += /\p{Mn}|\u200d|\ufe0f/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** Cuts what is wider than that many columns, and its colour with it. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  // oxlint-disable-next-line eslint/no-control-regex
  for (const part of text.match(/\u001b\[[0-9;]*m|[^]/gu) ?? []) {
    width += widthOf(part);
    if (width >= columns) break;
    kept += part;
  }
  return text.includes('\u001b') ? `${kept}…\u001b[0m` : `${kept}…`;
}

/** Lines up columns; the last one is as long as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export function heading(cells: readonly string[]): string[] {
  return cells.map((cell) => colours.dim(cell));
}

/** `now`, `12 s`, `3 min`, `2 h`, `5 days`, and then the date. */
export function age(milliseconds: number, now: number): string {
  const seconds = Math.floor((now - milliseconds) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  if (days < 60) return days === 1 ? '1 day' : `${days} days`;
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** A verdict, a state or an outcome in its colour. */
export function tinted(text: string): string {
  if (/^(success|done|idle|published|fired)$/.test(text)) return colours.green(text);
  if (/^(failure|dead|blocked)/.test(text)) return colours.red(text);
  if (/^(error|held|pending|awaitingApproval)/.test(text)) return colours.yellow(text);
  if (/^(closed|gone|moot|dropped|replaced|draft)/.test(text)) return colours.dim(text);
  return text;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
