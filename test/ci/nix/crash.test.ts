import { lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FetchCache } from '../../../src/ci/nix/fetch-cache.ts';
import { bootId, isAlive, parseIdentity } from '../../../src/ci/nix/process-identity.ts';
import { endProcessTree } from '../../../src/ci/nix/process-tree.ts';
import type { BuildRequest } from '../../../src/ports/ci.ts';
import { eventually, Laboratory, sleep, thisWorld } from './laboratory.ts';
import { Service } from './service.ts';

let lab: Laboratory;
let services: Service[];
beforeEach(async () => {
  lab = await Laboratory.make();
  services = [];
});
afterEach(async () => {
  for (const started of services) await started.kill();
  await lab.clear();
});

function service(requests: BuildRequest[], parallel?: number): Service {
  const started = new Service(lab, requests, parallel);
  services.push(started);
  return started;
}

/** Appends a line when it begins, then sleeps. */
const slow = (name: string, end: string, seconds = 1.5): string =>
  `echo ran >> ${lab.file(name)}; ${sleep(seconds)}; echo > $out; echo > $intermediates; ${end}`;

const begun = (name: string) => eventually(() => lab.count(name), `${name} to begin`);

async function directoryOfBuild(): Promise<string> {
  const builds = join(lab.stateDir, 'builds');
  const [stream = ''] = await readdir(builds);
  const [build = ''] = await readdir(join(builds, stream));
  return join(builds, stream, build);
}

test('G1 killed in the middle of a build, the next service joins it: success, built once', async () => {
  const script = `echo ran >> ${lab.file('a')}; while [ ! -e ${lab.file('gate')} ]; do /bin/sleep 0.1; done; echo > $out; echo > $intermediates`;
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${script}"; }`)));
  const first = service([request]);
  await begun('a');
  await first.kill();
  const ci = lab.ci();
  expect(await ci.report(request)).toMatchObject({ phase: 'started', error: null });
  await writeFile(lab.file('gate'), '');
  const report = await lab.finished(ci, request);
  expect(report.jobs).toMatchObject([{ state: 'success', built: true }]);
  expect(report.jobs[0]?.milliseconds).toBeGreaterThan(0);
  expect(await lab.count('a')).toBe(1);
  expect(lab.reports.at(-1)?.phase).toBe('finished');
});

test('G1 killed while a job fails, the failure is reported, and not built a second time', async () => {
  const flake = lab.flake(`{ a = job "a" "${slow('a', 'echo oops; exit 1')}"; }`);
  const request = lab.request(await lab.commit(flake));
  const first = service([request]);
  await begun('a');
  await first.kill();
  // Ends while nobody is there.
  await eventually(
    async () => (await readdir(await directoryOfBuild())).includes('0.status'),
    'its end',
  );
  const report = await lab.finished(lab.ci(), request);
  expect(report.jobs).toMatchObject([{ state: 'failure', error: expect.stringContaining('oops') }]);
  expect(await lab.count('a')).toBe(1);
});

/** How many builders of these jobs have begun; which of a build's jobs comes first is not said. */
async function ranOf(...names: string[]): Promise<number> {
  const counts = await Promise.all(names.map((name) => lab.count(name)));
  return counts.reduce((sum, count) => sum + count, 0);
}

test('G1 killed between jobs, the next service builds the rest, each once', async () => {
  const jobs = ['a', 'b', 'c'].map(
    (name) => `${name} = job "${name}" "${slow(name, 'true', 0.6)}";`,
  );
  const request = lab.request(await lab.commit(lab.flake(`{ ${jobs.join(' ')} }`)));
  const first = service([request], 1);
  await eventually(async () => (await ranOf('a', 'b', 'c')) === 1, 'one of them to begin');
  await first.kill();
  await eventually(
    async () => (await readdir(await directoryOfBuild())).some((name) => name.endsWith('.status')),
    'it to end',
  );
  expect(await ranOf('a', 'b', 'c')).toBe(1);
  const report = await lab.finished(lab.ci({ parallel: 1 }), request);
  expect(report.jobs.map((job) => job.state)).toEqual(['success', 'success', 'success']);
  expect([await lab.count('a'), await lab.count('b'), await lab.count('c')]).toEqual([1, 1, 1]);
});

test('G1 killed again and again at any moment, every derivation is built once', async () => {
  const jobs = ['a', 'b', 'c'].map(
    (name) => `${name} = job "${name}" "${slow(name, name === 'b' ? 'exit 1' : 'true', 0.3)}";`,
  );
  const request = lab.request(await lab.commit(lab.flake(`{ ${jobs.join(' ')} }`)));
  for (const milliseconds of [0, 20, 60, 150, 300]) {
    const killed = service([request], 1);
    await killed.ready;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await killed.kill();
  }
  const ci = lab.ci({ parallel: 1 });
  const report = await lab.build(ci, request);
  expect(report.error).toBeNull();
  expect(report.jobs.map((job) => job.state)).toEqual(['success', 'failure', 'success']);
  expect([await lab.count('a'), await lab.count('b'), await lab.count('c')]).toEqual([1, 1, 1]);
});

test('G1 what runs already has its slot: a restart does not exceed `parallel`', async () => {
  const gate = lab.file('gate');
  const gated = (name: string): string =>
    `echo ran >> ${lab.file(name)}; while [ ! -e ${gate} ]; do /bin/sleep 0.1; done; echo > $out; echo > $intermediates`;
  const jobs = `{ a = job "a" "${gated('a')}"; b = job "b" "${gated('b')}"; }`;
  const request = lab.request(await lab.commit(lab.flake(jobs)));
  const first = service([request], 1);
  await eventually(async () => (await ranOf('a', 'b')) === 1, 'one of them to begin');
  await first.kill();
  const ci = lab.ci({ parallel: 1 });
  await eventually(() => lab.reports.length, 'the build to be joined');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await ranOf('a', 'b')).toBe(1);
  await writeFile(gate, '');
  await lab.finished(ci, request);
  expect([await lab.count('a'), await lab.count('b')]).toEqual([1, 1]);
});

test('G1 a clone that a killed evaluation left half-made does not stop the next ones', async () => {
  const cache = new FetchCache(lab.stateDir);
  const ci = lab.ci();
  const request = lab.request(await lab.commit(lab.flake('{ }')));
  expect((await lab.build(ci, request)).error).toBeNull();
  const clones = join(await cache.current(lab.remote), 'nix', 'gitv3');
  for (const name of (await readdir(clones)).filter((clone) => !clone.includes('.lock'))) {
    await rm(join(clones, name, 'HEAD'));
  }
  const next = lab.request(await lab.commit(lab.flake('{ }')), { attempt: 2 });
  const other = { ...next, stream: 'here:o/r#2' };
  const reports = await Promise.all([lab.build(ci, next), lab.build(ci, other)]);
  expect(reports.map((report) => report.error)).toEqual([null, null]);
  expect((await lab.build(ci, { ...next, attempt: 3 })).error).toBeNull();
});

test('G1 two builds that share a derivation share it across a restart, also when it fails', async () => {
  const flake = lab.flake(`{ a = job "a" "${slow('a', 'exit 1')}"; }`);
  const one = lab.request(await lab.commit(flake));
  const ref = 'refs/heads/orthrus/pr-2';
  const two = lab.request(await lab.commit(flake, ref), { ref, stream: 'here:o/r#2' });
  const first = service([one, two]);
  await begun('a');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await first.kill();
  const ci = lab.ci();
  for (const request of [one, two]) {
    expect((await lab.finished(ci, request)).jobs).toMatchObject([{ state: 'failure' }]);
  }
  expect(await lab.count('a')).toBe(1);
});

test('G1 after a reboot the build is lost, and can be started again', async () => {
  const flake = lab.flake(`{ a = job "a" "${slow('a', 'true', 0.1)}"; }`);
  const request = lab.request(await lab.commit(flake));
  const first = service([request]);
  await begun('a');
  await first.kill();
  const directory = await directoryOfBuild();
  await eventually(async () => (await readdir(directory)).includes('0.status'), 'its end');
  // As a reboot leaves it: no status, and a pid of another boot, which by now may be anybody's.
  await rm(join(directory, '0.status'));
  await rm(join(directory, '0.pid'));
  const stranger = process.pid;
  await symlink(
    `00000000-0000-0000-0000-000000000000:${String(stranger)}:1`,
    join(directory, '0.pid'),
  );
  const ci = lab.ci();
  await eventually(async () => (await ci.report(request)) === null, 'the build to be lost');
  expect(lab.reports.some((report) => report.phase === 'finished')).toBe(false);
  const report = await lab.build(ci, request);
  expect(report).toMatchObject({ error: null, jobs: [{ state: 'success' }] });
});

test('G1 a pid that is used again is not taken for the build, and not killed', async () => {
  const request = lab.request(await lab.commit(lab.flake('{ a = good "a"; }')));
  const directory = await lostEvaluation(request, `${await bootId()}:${String(process.pid)}:1`);
  const ci = lab.ci({ graceMilliseconds: 200 });
  await eventually(async () => (await ci.report(request)) === null, 'the build to be lost');
  await ci.cancel(request);
  expect(await lab.finished(ci, request)).toMatchObject({ error: { kind: 'cancelled' } });
  expect((await lstat(join(directory, 'ended.json'))).isFile()).toBe(true);
});

test('G1 stopped together with the service, the build is lost rather than failed', async () => {
  const flake = lab.flake(`{ a = job "a" "${slow('a', 'true', 30)}"; }`);
  const request = lab.request(await lab.commit(flake));
  const first = service([request]);
  await begun('a');
  await first.kill();
  const wrapper = parseIdentity(await readlink(join(await directoryOfBuild(), '0.pid')));
  if (wrapper === null) throw new Error('no pid');
  await endProcessTree(wrapper, 5000, thisWorld);
  expect(await isAlive(wrapper)).toBe(false);
  const ci = lab.ci();
  await eventually(async () => (await ci.report(request)) === null, 'the build to be lost');
});

test('G1 killed after a cancel, the next service carries it through', async () => {
  const flake = lab.flake(`{ a = job "a" "${slow('a', 'true', 30)}"; }`);
  const request = lab.request(await lab.commit(flake));
  const first = service([request]);
  await begun('a');
  await first.kill();
  const directory = await directoryOfBuild();
  const wrapper = parseIdentity(await readlink(join(directory, '0.pid')));
  await writeFile(join(directory, 'cancelled'), 'all');
  const report = await lab.finished(lab.ci(), request);
  expect(report).toMatchObject({ error: { kind: 'cancelled' }, jobs: [{ state: 'cancelled' }] });
  expect(wrapper !== null && (await isAlive(wrapper))).toBe(false);
});

/** A build whose evaluation has begun, by somebody of this identity. */
async function lostEvaluation(request: BuildRequest, identity: string): Promise<string> {
  const ci = lab.ci();
  await ci.cancel(request);
  await ci.close();
  const directory = await directoryOfBuild();
  await rm(join(directory, 'ended.json'));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'request.json'), JSON.stringify({ ...request, startedAt: 1 }));
  await symlink(identity, join(directory, 'evaluation.pid'));
  return directory;
}
