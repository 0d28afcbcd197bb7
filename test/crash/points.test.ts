import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { effect } from '../../machines/effect.ts';
import { points } from './points.ts';

const source = resolve(import.meta.dirname, '../../src');

/** Every statement of the product that writes rows, by its file, and the crash point after it. */
const written: Readonly<Record<string, readonly string[]>> = {
  'log/append.ts': ['events: recorded'],
  'log/outbox.ts': [
    'effects: recorded, with the event that asks',
    'effects: a timer ends, recorded, with the event that asks',
    'effects: leased',
    'effects: ended, or recorded, with the event that came of it',
    'effects: an effect put back',
    'effects: effects revived',
    'lanes: a lane held',
    'effects: a timer fires, recorded, with its event',
    'effects: leases released',
    'effects: dropped, recorded, with the acceptance',
  ],
  'log/clock.ts': [
    'effects: the clock set back',
    'lanes: the clock set back',
    'clock: the clock set back',
    'clock: the clock set back',
  ],
  'log/prune.ts': [
    'snapshots: a stream pruned',
    'a table each: a stream pruned',
    'seeds: a stream pruned',
    'lanes: old holds removed',
  ],
  'log/snapshots.ts': ['snapshots: recorded, with the event'],
  'log/project.ts': [
    'pulls: recorded, with the event',
    'builds: recorded, with the event',
    'builds: recorded, with the event',
  ],
  'log/project-seeds.ts': [
    'seeds: recorded, with the event',
    'pull_seeds: recorded, with the event',
    'pull_seeds: recorded, with the event',
  ],
  // An import that does not come to its end is begun again, into an empty log: in one transaction.
  'log/rebuild.ts': ['a table each: one transaction'],
  'log/stream-rebuild.ts': ['pulls: in it'],
  'log/rebuilt-effects.ts': ['effects: in it'],
  'cli/importer.ts': ['events: one transaction'],
  // Asks whether it could write.
  'http/health.ts': ['lanes: no row'],
};

const statement =
  /\.(?:insertInto|updateTable|deleteFrom)\(|\b(?:write|change)Rows?\(\s*(?!db: )|\b(?:update \w+\s+set|delete from \w+ where|insert into \w+) /g;

test('G1 whatever the product writes has its crash point', () => {
  const found: Record<string, number> = {};
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name === 'log/write-row.ts') continue;
    const count = readFileSync(join(source, name), 'utf8').match(statement)?.length ?? 0;
    if (count > 0) found[name] = count;
  }
  const expected = Object.fromEntries(
    Object.entries(written).map(([name, statements]) => [name, statements.length]),
  );
  expect(found).toEqual(expected);
});

test('G1 whoever tells of an event has its crash point', () => {
  const sources = new Set<string>();
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(source, name), 'utf8');
    for (const [, told] of text.matchAll(/(?:\bsource: |\.record\(\w+, )'(\w+)'/g))
      sources.add(told ?? '');
  }
  expect(sources.size).toBeGreaterThan(5);
  for (const told of sources) expect([...points.keys()]).toContain(`recorded by ${told}`);
});

test('G1 every effect has its crash points, and every point a life that dies there', () => {
  for (const { shape } of effect.options) {
    const [type = ''] = shape.type.values;
    if (!type.startsWith('timer.')) expect([...points.keys()]).toContain(`leased ${type}`);
  }
  expect([...points].filter(([, lives]) => lives.length === 0)).toEqual([]);
});
