import { beforeEach, expect, test } from 'vitest';
import { Laboratory } from '../cli/laboratory.ts';
import { type Ran, runHere } from '../cli/run-here.ts';
import { Terminal } from './terminal.ts';

let laboratory: Laboratory;
const run = (...args: string[]): Promise<Ran> =>
  runHere('replay', 'here:owner/repo#12', ...args, '--config', laboratory.config);
const walk = (...args: string[]): Terminal =>
  new Terminal('replay', 'here:owner/repo#12', '--step', ...args, '--config', laboratory.config);

beforeEach(async () => {
  laboratory = new Laboratory();
  await laboratory.fill();
});

test('one walks through a run with the keys of a real terminal', async () => {
  const terminal = walk();
  await terminal.shows(/#12 {2}1 of 58\r\n +1 {2}pull\.observed → merging\.fetching/);
  terminal.type('n');
  await terminal.shows('2 of 58');
  terminal.type('\u001b[C');
  await terminal.shows('3 of 58');
  terminal.type('p');
  await terminal.shows('2 of 58');
  terminal.type('G');
  await terminal.shows('58 of 58');
  terminal.type('g/build.fin');
  await terminal.shows(/\/build\.fin$/);
  terminal.type('\r');
  await terminal.shows(/#12 {2}\d+ of 58\r\n +\d+ {2}build\.finished → caching/);
  terminal.type('q');
  expect(await terminal.ended()).toEqual({ code: 0, isAsBefore: true });
});

test('a signal ends it as any program, and the terminal is as it was', async () => {
  const terminal = walk('--event', 'build.finished');
  await terminal.shows('1 of 5');
  terminal.signal('SIGTERM');
  expect(await terminal.ended()).toEqual({ code: 128 + 15, isAsBefore: true });
});

test('without a terminal there is no walking', async () => {
  expect(await run('--step')).toEqual({
    code: 2,
    out: '',
    err: 'orthrus: --step needs a terminal, for its keys and its screen; leave it out to print all steps\n',
  });
  expect((await run('--step', '--json')).err).toContain('leave out one');
});

test('several types may be asked for; a typo is answered with what there is', async () => {
  const { out } = await run('--event', 'build.finished', '--event', 'cache.recorded');
  const types = [...out.matchAll(/^ +\d+ {2}(\S+) →/gm)].map(([, type]) => type);
  expect(new Set(types)).toEqual(new Set(['build.finished', 'cache.recorded']));
  const { code, err } = await run('--event', 'build.finish');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^orthrus: there is no event "build\.finish"; there is branch\.delete\.failed, .*build\.finished, .*\n$/,
  );
});

test('each step says when it was, and where in the context it changed what', async () => {
  const { out } = await run('--to', '6');
  expect(out).toContain('\n      2025-01-01T00:00:01.234Z\n');
  expect(out).toContain('\n      2025-01-01T00:00:02.468Z, 1 s after 1\n');
  expect(out).toMatch(/\n +overlays\.0\.phase: "asked" → "building"\n/);
});
