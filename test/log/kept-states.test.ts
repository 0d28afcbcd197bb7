import { expect, test } from 'vitest';
import { currentState } from '../../src/log/append.ts';
import { statesOf } from '../../src/log/direct.ts';
import { KeptStates } from '../../src/log/kept-states.ts';
import { removeStream } from '../../src/log/prune.ts';
import { newStream, type StreamState } from '../../src/log/snapshots.ts';
import { observed, openTestLog, sha } from './open-log.ts';

function at(version: number): StreamState {
  return { ...newStream('pull', 'm1'), version };
}

test('what a transaction has written is kept once it is committed, and not before', () => {
  const states = new KeptStates();
  states.change('a', at(1));
  expect(states.get('a')).toBeUndefined();
  states.end(true);
  expect(states.get('a')).toEqual(at(1));
  states.change('a', at(2));
  expect(states.get('a')).toBeUndefined();
  states.end(false);
  expect(states.get('a')).toEqual(at(1));
  states.change('a', null);
  states.end(true);
  expect(states.get('a')).toBeUndefined();
});

test('what was read before a transaction ended is not kept after it', () => {
  const states = new KeptStates();
  const { ends } = states;
  states.change('a', at(2));
  states.read('a', at(1), ends);
  states.end(true);
  states.read('a', at(1), ends);
  states.read('b', at(1), ends);
  expect(states.get('a')).toEqual(at(2));
  expect(states.get('b')).toBeUndefined();
  states.read('b', at(1), states.ends);
  expect(states.get('b')).toEqual(at(1));
  states.clear();
  expect(states.get('a')).toBeUndefined();
});

test('of many streams the last ones are kept', () => {
  const states = new KeptStates();
  for (let number = 1; number <= 201; number += 1) {
    states.change(`${number}`, at(number));
    states.end(true);
  }
  expect(states.get('1')).toBeUndefined();
  expect(states.get('2')).toEqual(at(2));
  expect(states.get('201')).toEqual(at(201));
});

test('a log that is written says where its streams are, also after a failure and when one is pruned', async () => {
  const log = await openTestLog();
  const state = () => currentState(log.context, log.stream, 'pull');
  const first = observed(sha('a'));
  await log.append(first);
  const before = await state();
  expect(before.version).toBe(1);
  // What is kept is what a reader of the file finds.
  statesOf(log.db)?.clear();
  expect(await state()).toEqual(before);
  await expect(
    log.append(observed(sha('b')), {
      first: async (db) => {
        statesOf(db)?.change(log.stream, at(7));
        throw new Error('no');
      },
    }),
  ).rejects.toThrow('no');
  expect(await state()).toEqual(before);
  const closed = await log.append(observed(sha('a'), 'closed'));
  expect((await state()).version).toBe(2);
  expect(await removeStream(log.db, { stream: log.stream, version: closed.version })).toBe(true);
  expect(await state()).toEqual(newStream('pull', 'm1'));
});
