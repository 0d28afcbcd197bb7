import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutations } from './mutations.ts';

const root = new URL('../../', import.meta.url);

/** Whether the simulation finds them is tried by `npm run mutations`, which takes minutes. */
test('every mutation fits the product as it is: its place is there, once', () => {
  const stale = mutations.flatMap(({ name, file, find, replace, also = [] }) =>
    [{ file, find, replace }, ...also].flatMap((edit) => {
      const places = readFileSync(new URL(edit.file, root), 'utf8').split(edit.find).length - 1;
      return places === 1 ? [] : [`${name}: ${edit.file} has ${places} places like ${edit.find}`];
    }),
  );
  expect(mutations.length).toBeGreaterThanOrEqual(20);
  expect(stale).toEqual([]);
});
