/** Who an event came from: a line of marks below the slider for each. */
export const lanes = ['forge', 'git', 'CI', 'status', 'people', 'timer'] as const;
export type Lane = (typeof lanes)[number];

export type MarkTone = 'taken' | 'failed' | 'unhandled';

export interface Mark {
  readonly lane: Lane;
  readonly tone: MarkTone;
}

/** As much of an event as its mark is made from. */
export interface Marked {
  readonly type: string;
  readonly handled: boolean;
  readonly failed: boolean;
}

/** A letter an event, so that 10,000 of them are a line of text: its lane, and in which alphabet how it went. */
const alphabets: Readonly<Record<MarkTone, string>> = {
  taken: 'fgcspt',
  failed: 'FGCSPT',
  unhandled: '012345',
};

const ofWord: Readonly<Record<string, Lane>> = {
  head: 'git',
  overlay: 'git',
  cache: 'git',
  branch: 'git',
  build: 'CI',
  jobset: 'CI',
  status: 'status',
  timer: 'timer',
};

function laneOf(type: string): Lane {
  if (type.endsWith('.observed')) return 'forge';
  const [word = ''] = type.split('.');
  return (Object.hasOwn(ofWord, word) ? ofWord[word] : undefined) ?? 'people';
}

export function letterOf({ type, handled, failed }: Marked): string {
  const tone = failed ? 'failed' : handled ? 'taken' : 'unhandled';
  return alphabets[tone].charAt(lanes.indexOf(laneOf(type)));
}

const ofLetter: ReadonlyMap<string, Mark> = new Map(
  (['taken', 'failed', 'unhandled'] as const).flatMap((tone) =>
    [...alphabets[tone]].map((letter, index) => [letter, { lane: lanes[index] ?? 'forge', tone }]),
  ),
);

export function markOf(letter: string): Mark | null {
  return ofLetter.get(letter) ?? null;
}

/** The marks of a stretch of a run: one letter a version, from `from` on. */
export interface Marks {
  readonly from: number;
  readonly letters: string;
}

export function lastOf({ from, letters }: Marks): number {
  return from + letters.length - 1;
}

/** The next failure before or after a version, or null. */
export function failureFrom(marks: Marks, at: number, step: 1 | -1): number | null {
  const last = lastOf(marks);
  for (let version = at + step; version >= marks.from && version <= last; version += step)
    if (markOf(marks.letters.charAt(version - marks.from))?.tone === 'failed') return version;
  return null;
}

/** How many marks are drawn side by side at most: more than a screen has room for. */
const mostColumns = 1200;

/** A line of marks of one kind, as the path of an SVG that is `width` wide and has the lanes' height for each lane. */
export interface MarkPath extends Mark {
  readonly d: string;
}

export const laneHeight = 10;

/** All marks as few paths; where there are too many for the screen, several versions share a place. */
export function markPaths({ letters }: Marks): readonly MarkPath[] {
  const group = Math.max(1, Math.ceil(letters.length / mostColumns));
  const places = new Map<string, Set<number>>();
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters.charAt(index);
    const at = places.get(letter) ?? new Set();
    at.add(Math.floor(index / group) * group);
    places.set(letter, at);
  }
  return [...places].flatMap(([letter, at]) => {
    const mark = markOf(letter);
    if (mark === null) return [];
    const y = lanes.indexOf(mark.lane) * laneHeight + 2;
    return [{ ...mark, d: [...at].map((x) => `M${x} ${y}v${laneHeight - 4}`).join('') }];
  });
}
