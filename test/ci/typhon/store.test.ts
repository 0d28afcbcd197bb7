import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { BuildReport } from '../../../src/ports/ci.ts';
import { nixLab, scriptedLab } from './laboratory.ts';

const execute = promisify(execFile);

/** Asks the store to delete exactly this path, which it refuses as long as a root holds it. */
async function isKept(path: string): Promise<boolean> {
  try {
    await execute('nix-store', ['--delete', path]);
    return false;
  } catch {
    return true;
  }
}

/** A flake of these jobs, each with an `intermediates` too, that is built nowhere else. */
function flake(...names: string[]): string {
  const salt = randomBytes(8).toString('hex');
  return `{ outputs = { self }: let
    job = name: derivation {
      inherit name; salt = "${salt}"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "intermediates" ];
      args = [ "-c" "echo \${name} > $out; echo \${name} > $intermediates" ];
    };
    in { typhonJobs = { ${names.map((name) => `${name} = job "${name}";`).join(' ')} }; }; }`;
}

function output(report: BuildReport, job: number, name: string): string {
  return report.jobs[job]?.outputs[name] ?? '';
}

test('C11 where the store is at hand, outputs come by name from the derivation; nobody has to call', async () => {
  const lab = await nixLab();
  const report = await lab.build(
    lab.ci(),
    lab.request(lab.commit({ 'flake.nix': flake('a', 'b') })),
  );
  expect(report.jobs.map(({ name, state }) => [name, state])).toEqual([
    ['a', 'success'],
    ['b', 'success'],
  ]);
  expect(report.jobs[0]?.outputs).toEqual({
    out: expect.stringMatching(/^\/nix\/store\/[^/]*-a$/),
    intermediates: expect.stringMatching(/^\/nix\/store\/[^/]*-a-intermediates$/),
  });
  expect(await readFile(output(report, 0, 'intermediates'), 'utf8')).toBe('a\n');
});

test('C6 every output of what Typhon built is kept, until nobody retains it', async () => {
  const lab = await nixLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit({ 'flake.nix': flake('a', 'b', 'c') }));
  const report = await lab.build(ci, request);
  const all = report.jobs.flatMap(({ outputs }) => Object.values(outputs));
  expect(all).toHaveLength(6);
  expect(await ci.missing(all)).toEqual([]);
  for (const path of all) expect(await isKept(path)).toBe(true);
  // What is recorded, by the stream that records it, and what it came from; across a restart.
  const [a, b, c] = [0, 1, 2].map((job) => output(report, job, 'intermediates'));
  if (a === undefined || b === undefined || c === undefined) throw new Error('no outputs');
  await lab.ci().retain(request.stream, { paths: [a, b], builds: [request] });
  await lab.ci().retain(request.stream, { paths: [a, b], builds: [] });
  expect([await isKept(a), await isKept(b), await isKept(c)]).toEqual([true, true, false]);
  expect(await ci.missing([a, c])).toEqual([c]);
  await lab.ci().retain(request.stream, { paths: [], builds: [] });
  expect([await isKept(a), await isKept(b)]).toEqual([false, false]);
  expect([
    await readdir(join(lab.stateDir, 'builds')),
    await readdir(join(lab.stateDir, 'roots')),
  ]).toEqual([[], []]);
});

test('C6 of paths of ours that are gone, all are named: Nix names the first one only', async () => {
  const lab = await nixLab();
  const ci = lab.ci();
  const report = await lab.build(ci, lab.request(lab.commit({ 'flake.nix': flake('a') })));
  const there = output(report, 0, 'out');
  const gone = ['x', 'y'].map((name) => `/nix/store/${'1'.repeat(32)}-${name}`);
  const needs = `{ outputs = { self }: { typhonJobs.a = derivation {
    name = "a"; system = "x86_64-linux"; builder = "/bin/sh";
    cache = map (p: builtins.appendContext p { \${p} = { path = true; }; }) [ ${gone.map((path) => `"${path}"`).join(' ')} ];
  }; }; }`;
  const cachePaths = [there, ...gone];
  const request = lab.request(lab.commit({ 'flake.nix': needs }), { attempt: 2, cachePaths });
  const { error } = await lab.build(ci, request);
  expect(error?.kind).toBe('missing-path');
  expect(error?.paths.toSorted()).toEqual(gone);
});

test('C2 a commit without a flake, as Nix says it through Typhon', async () => {
  const lab = await nixLab();
  expect(await lab.build(lab.ci(), lab.request(lab.commit({ README: 'none' })))).toMatchObject({
    jobs: [],
    error: { kind: 'evaluation', message: expect.stringContaining('flake.nix') },
  });
});

test("C6 a store that turns out not to be Typhon's is asked nothing any more", async () => {
  const lab = await nixLab();
  const ci = lab.ci();
  const report = await lab.build(ci, lab.request(lab.commit({ 'flake.nix': flake('a') })));
  const gone = `/nix/store/${'1'.repeat(32)}-gone`;
  expect(await ci.missing([gone])).toEqual([gone]);
  expect(report.jobs).toHaveLength(1);

  // The same state, and a Typhon whose derivations are nowhere here.
  const elsewhere = await scriptedLab();
  elsewhere.work.evaluates = () => ({
    jobs: [{ name: 'a', drv: `/nix/store/${'2'.repeat(32)}-a.drv`, outputs: { out: gone } }],
  });
  elsewhere.work.builds = () => 'success';
  const moved = elsewhere.ci({ stateDir: lab.stateDir });
  await elsewhere.build(moved, elsewhere.request(elsewhere.commit(), { attempt: 2 }));
  expect(await moved.missing([gone])).toEqual([]);
});

test('G1 what was built, but not yet kept when the service was killed, is kept by the next one', async () => {
  const lab = await nixLab();
  const request = lab.request(lab.commit({ 'flake.nix': flake('a') }));
  const before = lab.ci();
  await before.start(request);
  await before.close();
  await lab.typhon.settled();
  await rm(join(lab.stateDir, 'store-at-hand'), { force: true });
  const ci = lab.ci();
  const report = await lab.build(ci, request);
  for (const path of Object.values(report.jobs[0]?.outputs ?? {})) {
    expect(await isKept(path)).toBe(true);
  }
  await ci.retain(request.stream, { paths: [], builds: [] });
});
