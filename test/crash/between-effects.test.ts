import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Repository } from '../doubles/repository.ts';
import { bundle } from './bundle.ts';

const laboratory = mkdtempSync(join(tmpdir(), 'orthrus-between-'));
let second = '';
let program: Awaited<ReturnType<typeof bundle>>;

beforeAll(async () => {
  program = await bundle('test/crash/child.ts');
  const repository = new Repository(join(laboratory, 'pristine', 'root'), 'o/r');
  const base = repository.commit(null, { 'a.c': 'base' });
  repository.push('refs/heads/main', base);
  const first = repository.commit(base, { 'a.c': 'first' });
  second = repository.commit(first, { 'a.c': 'second' });
  repository.push('refs/keep/second', second);
  repository.push('refs/pull/1/head', first);
  writeFileSync(join(laboratory, 'pristine', 'first'), first);
});

afterAll(() => {
  program.clear();
  rmSync(laboratory, { recursive: true, force: true });
});

/** Runs the service over a directory. @returns how it ended: a code, or the signal that killed it */
function run(directory: string, deadly: number): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program.file, directory, String(deadly), second], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 30_000,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1));
  });
}

function stages(directory: string): unknown[] {
  return [1, 2, 3].map((stage): unknown =>
    JSON.parse(readFileSync(join(directory, `stage-${stage}.json`), 'utf8')),
  );
}

function fresh(name: string): string {
  const directory = join(laboratory, name);
  cpSync(join(laboratory, 'pristine'), directory, { recursive: true });
  return directory;
}

test('G1 killed between any two steps, everything ends where it would have', async () => {
  const calm = fresh('calm');
  expect(await run(calm, 0)).toBe(0);
  const expected = stages(calm);
  expect(expected).toMatchObject([
    { calls: ['start 1'], moves: 2 },
    { calls: ['start 1', 'start 2'], moves: 4 },
    { calls: ['start 1', 'start 2'], tree: null, kept: [] },
  ]);
  const crossings = Number(readFileSync(join(calm, 'crossings'), 'utf8'));
  expect(crossings).toBeGreaterThan(40);

  const wrong: unknown[] = [];
  let next = 1;
  const work = async (): Promise<void> => {
    for (let deadly = next++; deadly <= crossings; deadly = next++) {
      const directory = fresh(`killed-${deadly}`);
      const end = await run(directory, deadly);
      // Later crossings may fall together in a quicker run.
      if (end !== 'SIGKILL') expect(deadly).toBeGreaterThan(crossings - 10);
      else expect(await run(directory, 0)).toBe(0);
      const found = stages(directory);
      if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ deadly, found });
      rmSync(directory, { recursive: true, force: true });
    }
  };
  await Promise.all([work(), work()]);
  expect(wrong.map((one) => JSON.stringify(one))).toEqual([]);
}, 300_000);
