import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Repository } from '../doubles/repository.ts';
import { bundle } from './bundle.ts';

const laboratory = mkdtempSync(join(tmpdir(), 'orthrus-between-'));
let first = '';
let second = '';
let program: Awaited<ReturnType<typeof bundle>>;

beforeAll(async () => {
  program = await bundle('test/crash/child.ts');
  const repository = new Repository(join(laboratory, 'opened', 'root'), 'o/r');
  const base = repository.commit(null, { 'a.c': 'base' });
  repository.push('refs/heads/main', base);
  first = repository.commit(base, { 'a.c': 'first' });
  second = repository.commit(first, { 'a.c': 'second' });
  repository.push('refs/keep/second', second);
  repository.push('refs/pull/1/head', first);
  rmSync(join(laboratory, 'opened', 'trees'), { recursive: true });
});

afterAll(() => {
  program.clear();
  rmSync(laboratory, { recursive: true, force: true });
});

/** One stage of a pull request's life. */
interface Stage {
  readonly state: string;
  readonly head: string;
  readonly deadly: number;
}

/** @returns how it ended: a code, or the signal that killed it */
function run(directory: string, { deadly, state, head }: Stage): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program.file, directory, String(deadly), state, head], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 60_000,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1));
  });
}

/** A copy of the world as an earlier stage left it. */
function copy(from: string, to: string): string {
  cpSync(join(laboratory, from), join(laboratory, to), { recursive: true });
  return join(laboratory, to);
}

const read = (directory: string, name: string): string =>
  readFileSync(join(directory, name), 'utf8');

/** Lives through a stage undisturbed, then once for every crossing, killed there. @returns what it came to */
async function livesThrough(from: string, to: string, stage: Omit<Stage, 'deadly'>) {
  const calm = join(laboratory, to);
  expect(await run(calm, { ...stage, deadly: 0 })).toBe(0);
  const expected = read(calm, 'seen.json');
  const crossings = Number(read(calm, 'crossings'));
  expect(crossings).toBeGreaterThan(10);

  const wrong: unknown[] = [];
  let next = 1;
  const work = async (): Promise<void> => {
    for (let deadly = next++; deadly <= crossings; deadly = next++) {
      const directory = copy(from, `${to}-${deadly}`);
      prepare(to, directory);
      let end = await run(directory, { ...stage, deadly });
      // In a quicker run the last crossings may fall together.
      if (end !== 'SIGKILL' && deadly <= crossings - 5) wrong.push({ deadly, end });
      if (end === 'SIGKILL') end = await run(directory, { ...stage, deadly: 0 });
      const found = end === 0 ? read(directory, 'seen.json') : String(end);
      if (found !== expected) wrong.push({ deadly, found });
      rmSync(directory, { recursive: true, force: true });
    }
  };
  await Promise.all([work(), work()]);
  expect(wrong).toEqual([]);
  const seen: unknown = JSON.parse(expected);
  return seen;
}

/** What somebody does before the stage begins. */
function prepare(stage: string, directory: string): void {
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', join(directory, 'root', 'o', 'r.git'), ...args]);
  };
  if (stage === 'pushed') git('update-ref', 'refs/pull/1/head', second);
  if (stage === 'closed') git('update-ref', '-d', 'refs/pull/1/head');
}

test('G1 killed between any two steps of a first build, it ends where it would have', async () => {
  copy('opened', 'built');
  const seen = await livesThrough('opened', 'built', { state: 'idle', head: first });
  expect(seen).toMatchObject({
    calls: ['start 1'],
    moves: 2,
    statuses: ['orthrus pending: building <head>', 'orthrus success: cold; 1 of 1 jobs built'],
  });
}, 300_000);

test('G1 killed between any two steps of a push, it ends where it would have', async () => {
  prepare('pushed', copy('built', 'pushed'));
  const seen = await livesThrough('built', 'pushed', { state: 'idle', head: second });
  expect(seen).toMatchObject({
    calls: ['start 1', 'start 2'],
    moves: 4,
    statuses: [
      'orthrus pending: building <head>',
      'orthrus success: warm (cold took 1 s); 1 of 1 jobs built',
    ],
  });
}, 300_000);

test('G1 killed between any two steps of closing, nothing is left of it', async () => {
  prepare('closed', copy('pushed', 'closed'));
  const seen = await livesThrough('pushed', 'closed', { state: 'closed', head: second });
  expect(seen).toMatchObject({ calls: ['start 1', 'start 2'], tree: null, kept: [] });
}, 300_000);
