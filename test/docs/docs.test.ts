import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { docsFolder, generatedPages } from '../../script/docs.ts';
import { findProofs, rowIds } from '../../script/docs/caveats.ts';

const root = join(docsFolder.pathname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('what is made from code is as the code is: `npm run docs` was run', () => {
  const stale = [...generatedPages()].filter(([name, text]) => read(`docs/${name}`) !== text);
  expect(stale.map(([name]) => name)).toEqual([]);
});

test('every caveat has a test that begins with its id, and no test names one that is not there', () => {
  const rows = rowIds(read('docs/caveats.md'));
  const proven = new Set(findProofs().map(({ id }) => id));
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter((id) => !proven.has(id))).toEqual([]);
  expect([...proven].filter((id) => !rows.includes(id))).toEqual([]);
});

test('every link between our pages leads somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'nix/README.md',
    ...readdirSync(docsFolder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(https?:|mailto:)/.test(target))
      .filter((target) => !leads(page, target))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** Whether a link of a page leads to a file that is there, and to a heading that it has. */
function leads(page: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? page : join(page, '..', path);
  if (!existsSync(join(root, file))) return false;
  return fragment === undefined || !file.endsWith('.md') || anchors(read(file)).includes(fragment);
}

/** The anchors that GitHub gives to a page's headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
