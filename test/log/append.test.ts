import { expect, test } from 'vitest';
import { append } from '../../src/log/append.ts';
import { fetched, observed, openTestLog, pushed, sha } from './open-log.ts';

test('an event is stored with its state and its effects, and brings the read model up to date', async () => {
  const log = await openTestLog();
  const recorded = await log.append(observed(sha('a')));
  expect(recorded).toMatchObject({ version: 1, state: 'merging.fetching', handled: true });
  const [event] = await log.db.selectFrom('events').selectAll().execute();
  expect(event).toMatchObject({
    stream: log.stream,
    version: 1,
    type: 'pull.observed',
    state: 'merging.fetching',
    machine_version: 'm1',
    recorded_at: log.now,
  });
  const effects = await log.db.selectFrom('effects').selectAll().execute();
  expect(effects).toMatchObject([
    { id: `${log.stream}/1.0`, type: 'head.fetch', lane: `git:${log.stream}`, done_at: null },
  ]);
  const [pull] = await log.db.selectFrom('pulls').selectAll().execute();
  expect(pull).toMatchObject({ stream: log.stream, state: 'merging.fetching', head: sha('a') });
});

test('the same key a second time is a success that returns the first, and stores nothing', async () => {
  const log = await openTestLog();
  const first = await log.append(observed(sha('a')), { key: 'delivery-1' });
  const second = await log.append(observed(sha('b')), { key: 'delivery-1' });
  expect(second).toMatchObject({
    version: first.version,
    state: first.state,
    handled: true,
    duplicate: true,
    effects: [],
  });
  expect(await log.count('events')).toBe(1);
  expect(await log.count('effects')).toBe(1);
  // Under another stream it is another key.
  await log.append(observed(sha('b')), { key: 'delivery-1', stream: 'here:r1#2' });
  expect(await log.count('events')).toBe(2);
});

test('the same key at the same moment is stored once', async () => {
  const log = await openTestLog();
  const all = await Promise.all(
    Array.from({ length: 10 }, () => log.append(observed(sha('a')), { key: 'delivery-1' })),
  );
  expect(all.filter((recorded) => !recorded.duplicate)).toHaveLength(1);
  expect(new Set(all.map((recorded) => recorded.version))).toEqual(new Set([1]));
  expect(await log.count('events')).toBe(1);
});

test('appends at the same moment follow one another, without a gap', async () => {
  const log = await openTestLog();
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => log.append(observed(sha('a')), { key: `key-${at}` })),
  );
  const rows = await log.db.selectFrom('events').select('version').orderBy('version').execute();
  expect(rows.map((row) => row.version)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test('an append that expects another version is refused, and nothing of it is stored', async () => {
  const log = await openTestLog();
  await log.append(observed(sha('a')), { expected: 0 });
  await expect(log.append(observed(sha('b')), { expected: 0 })).rejects.toMatchObject({
    name: 'LogError',
    code: 'conflict',
  });
  await expect(log.append(observed(sha('b')), { expected: 2 })).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await log.count('events')).toBe(1);
  // Of two that both saw version 1, one wins.
  const both = await Promise.allSettled([
    log.append(observed(sha('b')), { expected: 1 }),
    log.append(observed(sha('c')), { expected: 1 }),
  ]);
  expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('an event that nothing takes is stored, marked, and asks for nothing', async () => {
  const log = await openTestLog();
  await log.append(observed(sha('a')));
  const recorded = await log.append({ type: 'build.started', commit: sha('f'), attempt: 9 });
  expect(recorded).toMatchObject({ version: 2, state: 'merging.fetching', handled: false });
  const row = await log.db
    .selectFrom('events')
    .select('meta')
    .where('version', '=', 2)
    .executeTakeFirstOrThrow();
  expect(JSON.parse(row.meta)).toMatchObject({ handled: false });
  expect(await log.count('effects')).toBe(1);
  // Its version counts: whoever saw version 1 has not seen it.
  await expect(log.append(observed(sha('a')), { expected: 1 })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('an event that is none is refused, and names the field', async () => {
  const log = await openTestLog();
  const broken: unknown = { type: 'overlay.pushed', attempt: 'one', head: sha('a'), commit: '' };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-explicit-any
  await expect(log.append(broken as any)).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining('attempt'),
  });
  await expect(log.append(observed(sha('a')), { stream: 'nonsense' })).rejects.toMatchObject({
    code: 'corrupt',
  });
  expect(await log.count('events')).toBe(0);
});

test('what comes first is in the same transaction: declined, nothing is stored', async () => {
  const log = await openTestLog();
  const declined = await append(log.context, {
    stream: log.stream,
    event: observed(sha('a')),
    source: 'test',
    first: async () => false,
  });
  expect(declined).toBeNull();
  expect(await log.count('events')).toBe(0);
});

test('events, effects, snapshot and read models are stored together or not at all', async () => {
  const log = await openTestLog();
  await log.append(observed(sha('a')));
  // The last thing that an append writes cannot be written.
  await log.db.schema.alterTable('pulls').renameTo('elsewhere').execute();
  await expect(log.append(fetched(1, sha('a')))).rejects.toThrow('no such table');
  await log.db.schema.alterTable('elsewhere').renameTo('pulls').execute();
  expect(await log.count('events')).toBe(1);
  expect(await log.count('effects')).toBe(1);
  const snapshot = await log.db.selectFrom('snapshots').selectAll().executeTakeFirstOrThrow();
  expect(snapshot.version).toBe(1);
  expect(await log.append(fetched(1, sha('a')))).toMatchObject({ version: 2 });
  expect(await log.append(pushed(1, sha('a'), sha('c')))).toMatchObject({ state: 'building' });
  expect(await log.count('builds')).toBe(1);
});
