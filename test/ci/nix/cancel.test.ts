import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processStat } from '../../../src/ci/nix/process-identity.ts';
import { execute, eventually, Laboratory, sleep } from './laboratory.ts';

let lab: Laboratory;
beforeEach(async () => {
  lab = await Laboratory.make();
});
afterEach(() => lab.clear());

/** Tells its pid, and has a child that would outlive a careless kill. */
const endless = (name: string): string =>
  `echo $$ > ${lab.file(`${name}.part`)}; /bin/mv ${lab.file(`${name}.part`)} ${lab.file(name)}; ${sleep(300)} & ${sleep(300)}; wait`;

const pidIn = (name: string): Promise<number> =>
  eventually(
    async () => Number((await readFile(lab.file(name), 'utf8').catch(() => '')).trim()) || null,
    `${name} to begin`,
  );

async function isGone(pid: number): Promise<boolean> {
  const stat = await processStat(pid);
  return stat === null || stat.state === 'Z';
}

/** Processes whose arguments name something of the laboratory. */
async function leftOvers(): Promise<string[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid,args']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(lab.directory) && !line.includes('ps -eo'));
}

test('C9 cancelled during a build: the builder is gone, and the report says cancelled', async () => {
  const ci = lab.ci({ parallel: 3 });
  const jobs = `{ a = job "a" "${endless('a')}"; b = good "b"; c = job "c" "${endless('c')}"; }`;
  const request = lab.request(await lab.commit(lab.flake(jobs)));
  await ci.start(request);
  const builders = [await pidIn('a'), await pidIn('c')];
  await eventually(
    async () => (await ci.report(request))?.jobs[1]?.state === 'success',
    'b to succeed',
  );
  await ci.cancel(request);
  await ci.cancel(request);
  const report = await lab.finished(ci, request);
  expect(report.error).toMatchObject({ kind: 'cancelled' });
  expect(report.jobs.map((job) => [job.name, job.state])).toEqual([
    ['a', 'cancelled'],
    ['b', 'success'],
    ['c', 'cancelled'],
  ]);
  for (const builder of builders) expect(await isGone(builder)).toBe(true);
  expect(await leftOvers()).toEqual([]);
  expect(lab.reports.filter(({ phase }) => phase === 'finished')).toHaveLength(1);
  // Ended is ended.
  await ci.start(request);
  expect((await ci.report(request))?.error?.kind).toBe('cancelled');
});

test('C9 a builder that does not end on SIGTERM is killed, with all that it began', async () => {
  const ci = lab.ci({ graceMilliseconds: 300 });
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${endless('a')}"; }`)));
  await ci.start(request);
  const builder = await pidIn('a');
  const nix = (await processStat(builder))?.parent ?? 0;
  // Nix cannot answer a SIGTERM now.
  process.kill(nix, 'SIGSTOP');
  await ci.cancel(request);
  await lab.finished(ci, request);
  expect(await isGone(builder)).toBe(true);
  expect(await isGone(nix)).toBe(true);
  expect(await leftOvers()).toEqual([]);
});

test('C9 cancelled during the evaluation', async () => {
  const ci = lab.ci();
  const endlessly = 'let f = n: if n == 0 then 0 else f (n + 1 - 1); in f 1';
  const request = lab.request(await lab.commit(lab.flake(`{ a = ${endlessly}; }`)));
  await ci.start(request);
  await eventually(
    async () => (await leftOvers()).some((line) => line.includes('nix-instantiate')),
    'the evaluation',
  );
  expect(await ci.report(request)).toMatchObject({ phase: 'started', jobs: [] });
  await ci.cancel(request);
  expect(await lab.finished(ci, request)).toMatchObject({ error: { kind: 'cancelled' }, jobs: [] });
  expect(await leftOvers()).toEqual([]);
});

test('C9 cancelled at once after the start, nothing is left running', async () => {
  const ci = lab.ci({ graceMilliseconds: 1000 });
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${endless('a')}"; }`)));
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    const key = { ...request, attempt };
    await ci.start(key);
    await new Promise((resolve) => setTimeout(resolve, attempt * 12));
    await ci.cancel(key);
    expect((await lab.finished(ci, key)).error).toMatchObject({ kind: 'cancelled' });
    expect(await leftOvers()).toEqual([]);
  }
});

test('a build that is cancelled before it began never begins', async () => {
  const ci = lab.ci();
  const request = lab.request(await lab.commit(lab.flake('{ a = good "a"; }')));
  await ci.cancel(request);
  await ci.start(request);
  expect(await ci.report(request)).toMatchObject({
    phase: 'finished',
    jobs: [],
    error: { kind: 'cancelled' },
  });
  expect(lab.reports).toEqual([]);
});

test('a cancel leaves alone what another build waits for', async () => {
  const ci = lab.ci({ parallel: 1 });
  const script = `echo ran >> ${lab.file('ran')}; ${sleep(1)}; echo > $out; echo > $intermediates`;
  const flake = lab.flake(`{ a = job "a" "${script}"; }`);
  const one = lab.request(await lab.commit(flake));
  const ref = 'refs/heads/orthrus/pr-2';
  const two = lab.request(await lab.commit(flake, ref), { ref, stream: 'here:o/r#2' });
  await ci.start(one);
  await eventually(() => lab.count('ran'), 'the build');
  await ci.start(two);
  await eventually(async () => (await ci.report(two))?.jobs.length, 'the other to know its jobs');
  await ci.cancel(one);
  expect(await lab.finished(ci, one)).toMatchObject({ error: { kind: 'cancelled' } });
  expect(await lab.finished(ci, two)).toMatchObject({ error: null, jobs: [{ state: 'success' }] });
  expect(await lab.count('ran')).toBe(1);
});

test('Nix ended by somebody else is an error of the CI, not of the code', async () => {
  const ci = lab.ci();
  for (const [attempt, signal] of [
    [1, 'SIGKILL'],
    [2, 'SIGTERM'],
  ] as const) {
    const request = lab.request(
      await lab.commit(lab.flake(`{ a = job "a${signal}" "${endless(signal)}"; }`)),
      { attempt },
    );
    await ci.start(request);
    const builder = await pidIn(signal);
    process.kill((await processStat(builder))?.parent ?? 0, signal);
    const report = await lab.finished(ci, request);
    expect(report).toMatchObject({ error: null, jobs: [{ state: 'error' }] });
    if (!(await isGone(builder))) process.kill(-builder, 'SIGKILL');
  }
});
