import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findEntry, putEntry, type TreeEntry } from '../../src/git/tree.ts';

const name = fc
  .array(fc.constantFrom(0x01, 0x20, 0x2d, 0x2e, 0x2f + 1, 0x61, 0x62, 0xff), {
    minLength: 1,
    maxLength: 4,
  })
  .map((bytes) => Buffer.from(bytes));
const entry: fc.Arbitrary<TreeEntry> = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000', '40000'),
  name,
  id: fc.stringMatching(/^[0-9a-f]{40}$/),
});

function bytesOf({ mode, name: bytes, id }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} `), bytes, Buffer.from([0]), Buffer.from(id, 'hex')]);
}

/** A tree as git would write it: each name once, in git's order. */
function treeOf(entries: readonly TreeEntry[]): Buffer {
  const byName = new Map(entries.map((one) => [one.name.toString('hex'), one]));
  const key = (one: TreeEntry): Buffer =>
    one.mode === '40000' ? Buffer.concat([one.name, Buffer.from('/')]) : one.name;
  const sorted = [...byName.values()].toSorted((a, b) => key(a).compare(key(b)));
  return Buffer.concat(sorted.map(bytesOf));
}

test('A9 an entry put into a tree gives the tree that git would have written', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), entry, (entries, added) => {
      const tree = putEntry(treeOf(entries), added, 20);
      expect(tree.equals(treeOf([...entries, added]))).toBe(true);
      expect(findEntry(tree, added.name, 20)).toEqual(added);
    }),
    { numRuns: 2000 },
  );
});

test('A9 what is around an entry stays, in whatever order or spelling it is', () => {
  const id = 'a'.repeat(40);
  const odd = [
    { mode: '040000', name: Buffer.from('z'), id },
    { mode: '100664', name: Buffer.from('b'), id },
    { mode: '100644', name: Buffer.from('c'), id },
  ];
  const tree = Buffer.concat(odd.map(bytesOf));
  const changed = putEntry(
    tree,
    { mode: '100644', name: Buffer.from('c'), id: 'b'.repeat(40) },
    20,
  );
  expect(changed.includes(bytesOf(odd[0] ?? { mode: '', name: Buffer.alloc(0), id }))).toBe(true);
  expect(changed.length).toBe(tree.length);
});

test('bytes that are no tree are refused', () => {
  for (const bytes of ['100644 a', '100644 a\0short', 'x']) {
    expect(() => findEntry(Buffer.from(bytes), Buffer.from('a'), 20)).toThrow('not a tree object');
  }
});
