import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildName, streamDirectory } from '../../../src/ci/store/state-files.ts';
import type { BuildReport } from '../../../src/ports/ci.ts';
import { execute, eventually, Laboratory, nixEnv, sleep } from './laboratory.ts';

let lab: Laboratory;
beforeEach(async () => {
  lab = await Laboratory.make();
});
afterEach(() => lab.clear());

/** Asks the store to delete exactly this path, which it refuses as long as a root holds it. */
async function isKept(path: string): Promise<boolean> {
  try {
    await execute('nix-store', ['--delete', path], { env: nixEnv });
    return false;
  } catch {
    return true;
  }
}

const output = (report: BuildReport, job: number, name = 'out'): string => {
  const path = report.jobs[job]?.outputs[name];
  if (path === undefined) throw new Error('no such output');
  return path;
};

const stream = 'here:o/r#1';

async function names(...folders: string[]): Promise<string[]> {
  return await readdir(join(lab.stateDir, ...folders)).catch(() => []);
}

test('C6 what a build leaves is kept, every output, until nobody retains it', async () => {
  const ci = lab.ci();
  const flake = lab.flake('{ a = good "a"; b = good "b"; }');
  const report = await lab.build(ci, lab.request(await lab.commit(flake)));
  await ci.retain(stream, { paths: [output(report, 0, 'intermediates')], builds: [report] });
  for (const path of report.jobs.flatMap((job) => Object.values(job.outputs))) {
    expect(await isKept(path)).toBe(true);
  }
  await ci.retain(stream, { paths: [output(report, 0, 'intermediates')], builds: [] });
  expect(await isKept(output(report, 1))).toBe(false);
  expect(await isKept(output(report, 0, 'intermediates'))).toBe(true);
  await ci.retain(stream, { paths: [], builds: [] });
  expect(await isKept(output(report, 0, 'intermediates'))).toBe(false);
});

test('C6 what was there already, and was not built, is kept as well', async () => {
  const ci = lab.ci();
  const flake = lab.flake('{ a = good "a"; }');
  const first = await lab.build(ci, lab.request(await lab.commit(flake)));
  const second = await lab.build(ci, lab.request(await lab.commit(flake), { attempt: 2 }));
  expect(second.jobs[0]?.built).toBe(false);
  await ci.retain(stream, { paths: [], builds: [second] });
  expect(await isKept(output(first, 0))).toBe(true);
  expect(await isKept(output(first, 0, 'intermediates'))).toBe(true);
  await ci.retain(stream, { paths: [], builds: [] });
  expect(await isKept(output(first, 0))).toBe(false);
});

test('roots follow what is recorded, and survive a restart', async () => {
  const report = await lab.build(
    lab.ci(),
    lab.request(await lab.commit(lab.flake('{ a = good "a"; b = good "b"; c = good "c"; }'))),
  );
  const [a, b, c] = [output(report, 0), output(report, 1), output(report, 2)];
  await lab.ci().retain(stream, { paths: [a, b], builds: [] });
  expect([await isKept(a), await isKept(b)]).toEqual([true, true]);
  const ci = lab.ci();
  await ci.retain(stream, { paths: [b, b, `/nix/store/${'1'.repeat(32)}-gone`], builds: [] });
  await ci.retain('here:o/r#2', { paths: [a], builds: [] });
  expect([await isKept(a), await isKept(b), await isKept(c)]).toEqual([true, true, false]);
  const [roots = ''] = (await names('roots')).filter((name) => name.startsWith('here-o-r-1'));
  expect(await names('roots', roots)).toHaveLength(1);
  await ci.retain(stream, { paths: [], builds: [] });
  await ci.retain('here:o/r#2', { paths: [], builds: [] });
  expect([await isKept(a), await isKept(b)]).toEqual([false, false]);
});

test('logs stay longer than roots, until the stream keeps nothing', async () => {
  const ci = lab.ci();
  const request = lab.request(await lab.commit(lab.flake('{ a = good "a"; }')));
  const report = await lab.build(ci, request);
  const log = await ci.logFile(stream, report, 'a');
  expect(await readFile(log ?? '', 'utf8')).toContain('building a\n');
  const other = { commit: '1'.repeat(40), attempt: 1 };
  await ci.retain(stream, { paths: [], builds: [other] });
  expect(await isKept(output(report, 0))).toBe(false);
  expect(await ci.logFile(stream, report, 'a')).toBe(log);
  expect(await ci.report(request)).toEqual(report);
  await ci.retain(stream, { paths: [], builds: [] });
  expect(await ci.logFile(stream, report, 'a')).toBeNull();
  expect(await ci.report(request)).toBeNull();
  expect([await names('builds'), await names('roots')]).toEqual([[], []]);
});

test('B1 a build that runs and is not listed is cancelled, one that is listed goes on', async () => {
  const ci = lab.ci();
  const script = (name: string, seconds: number) =>
    `echo ran >> ${lab.file(name)}; ${sleep(seconds)}; echo > $out; echo > $intermediates`;
  const flake = (name: string, seconds: number) =>
    lab.flake(`{ a = job "a" "${script(name, seconds)}"; }`);
  // Long enough that it cannot have ended by itself when it is cancelled.
  const one = lab.request(await lab.commit(flake('one', 60)));
  await ci.start(one);
  await eventually(() => lab.count('one'), 'one');
  const two = lab.request(await lab.commit(flake('two', 1)), { attempt: 2 });
  await ci.start(two);
  await eventually(() => lab.count('two'), 'two');
  await ci.retain(stream, { paths: [], builds: [two] });
  expect((await lab.finished(ci, one)).error?.kind).toBe('cancelled');
  expect(await lab.finished(ci, two)).toMatchObject({ error: null, jobs: [{ state: 'success' }] });
});

test('B1 nothing to keep: a build that runs ends, and nothing of it is left', async () => {
  const ci = lab.ci();
  const script = `echo ran >> ${lab.file('ran')}; ${sleep(60)}`;
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${script}"; }`)));
  await ci.start(request);
  await eventually(() => lab.count('ran'), 'the build');
  await ci.retain(stream, { paths: [], builds: [] });
  await eventually(async () => (await ci.report(request)) === null, 'the end of it');
  expect(lab.reports.at(-1)?.error?.kind).toBe('cancelled');
  await eventually(async () => (await names('builds')).length === 0, 'an empty directory');
});

test('G7 of a branch that is built for years the newest logs remain, and no more', async () => {
  const ci = lab.ci();
  const branch = 'here:o/r@main';
  const folder = streamDirectory(lab.stateDir, branch);
  for (let attempt = 1; attempt <= 120; attempt += 1) {
    const directory = join(folder, buildName({ commit: 'a'.repeat(40), attempt }));
    await mkdir(join(directory, 'jobs'), { recursive: true });
    await writeFile(join(directory, 'evaluation.log'), 'read me');
  }
  const newest = { commit: 'a'.repeat(40), attempt: 120 };
  await ci.retain(branch, { paths: [], builds: [newest] });
  const left = (await readdir(folder)).map((name) => Number(name.split('.')[1]));
  expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 51 }, (_, at) => 70 + at));
  await ci.retain(branch, { paths: [], builds: [] });
  expect(await readdir(folder).catch(() => [])).toEqual([]);
});
