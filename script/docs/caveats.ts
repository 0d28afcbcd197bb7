import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** A test that proves a caveat. */
export interface Proof {
  /** `A2` */
  readonly id: string;
  /** The test's name, without the ids that it begins with. */
  readonly name: string;
  /** `test/scenarios/history.test.ts` */
  readonly file: string;
}

/** A test's name: a string at the beginning of a call or a line, that begins with ids: `A2 …`, `D5 D6 …`, `E1, E3 …`. */
const named = /(?:\(|^)\s*(['"`])((?:[A-H][0-9]+(?:,? and |, |: | ))+)((?:\\.|(?!\1)[^\\])*)\1/gm;

/** The tests whose names begin with a caveat's id, by file. */
export function findProofs(): Proof[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .toSorted()
    .flatMap((file) => proofsIn(`test/${file}`, readFileSync(join(root, 'test', file), 'utf8')));
}

function proofsIn(file: string, text: string): Proof[] {
  return [...text.matchAll(named)].flatMap(({ 2: ids = '', 3: name = '' }) =>
    (ids.match(/[A-H][0-9]+/g) ?? []).map((id) => ({
      id,
      name: name.replace(/\\(.)/g, '$1'),
      file,
    })),
  );
}

/** The ids of the rows of the tables in docs/caveats.md. */
export function rowIds(page: string): string[] {
  return [...page.matchAll(/^\| ([A-H][0-9]+) \|/gm)].map(([, id = '']) => id);
}

/** docs/caveats.md with the tests that prove its rows: its tables are written by hand, the lists below them are not. */
export function caveatsPage(page: string): string {
  const proofs = findProofs();
  const list = (letter: string): string =>
    rowIds(page)
      .filter((id) => id.startsWith(letter))
      .map((id) => `**${id}**\n\n${bullets(proofs.filter((proof) => proof.id === id))}\n`)
      .join('\n');
  return page.replace(
    /(<!-- begin tests: ([A-H]) -->\n)[^]*?(<!-- end tests -->)/g,
    (_, begin: string, letter: string, end: string) => `${begin}\n${list(letter)}\n${end}`,
  );
}

function bullets(proofs: readonly Proof[]): string {
  if (proofs.length === 0) return 'No test yet.';
  const files = [...new Set(proofs.map(({ file }) => file))];
  return files
    .map((file) => {
      const names = proofs.filter((proof) => proof.file === file).map(({ name }) => escape(name));
      return `- [${file.slice('test/'.length)}](../${file}): ${names.join('; ')}`;
    })
    .join('\n');
}

function escape(text: string): string {
  return text.replace(/[\\`*_<>[\]|]/g, '\\$&');
}
