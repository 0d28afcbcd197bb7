import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Laboratory, sleep } from './laboratory.ts';

let lab: Laboratory;
beforeEach(async () => {
  lab = await Laboratory.make();
});
afterEach(() => lab.clear());

test('C11 every job succeeds, with all its outputs by name', async () => {
  const ci = lab.ci();
  const request = lab.request(await lab.commit(lab.flake('{ a = good "a"; b = good "b"; }')));
  const report = await lab.build(ci, request);
  expect(report).toMatchObject({ stream: request.stream, commit: request.commit, attempt: 1 });
  expect(report.error).toBeNull();
  expect(report.jobs.map((job) => [job.name, job.state, job.built])).toEqual([
    ['a', 'success', true],
    ['b', 'success', true],
  ]);
  const [a] = report.jobs;
  expect(a?.drv).toMatch(/^\/nix\/store\/.*-a\.drv$/);
  expect(a?.outputs).toEqual({
    out: expect.stringMatching(/-a$/),
    intermediates: expect.stringMatching(/-a-intermediates$/),
  });
  expect(await readFile(a?.outputs['intermediates'] ?? '', 'utf8')).toBe('a\n');
  expect(a?.milliseconds).toBeGreaterThan(0);
  expect(await ci.missing(Object.values(a?.outputs ?? {}))).toEqual([]);
});

test('C13 what was built once is not built again', async () => {
  const ci = lab.ci();
  const flake = lab.flake('{ a = good "a"; }');
  await lab.build(ci, lab.request(await lab.commit(flake)));
  const again = await lab.build(ci, lab.request(await lab.commit(flake), { attempt: 2 }));
  expect(again.jobs.map((job) => [job.state, job.built, job.milliseconds])).toEqual([
    ['success', false, 0],
  ]);
});

test('C1 a job that fails says why, and the others go on', async () => {
  const ci = lab.ci();
  const jobs = `{
    bad = job "bad" "echo compiling >&2; echo oops >&2; exit 3";
    fine = good "fine";
    top = salted { name = "top"; args = [ "-c" "echo \${job "dep" "echo dependency; exit 4"} > $out" ]; };
    mute = job "mute" "true";
    elsewhere = salted { name = "elsewhere"; system = "riscv-plan9"; };
  }`;
  const report = await lab.build(ci, lab.request(await lab.commit(lab.flake(jobs))));
  expect(report.error).toBeNull();
  const states = Object.fromEntries(report.jobs.map((job) => [job.name, job.state]));
  expect(states).toEqual({
    bad: 'failure',
    // no fault of the code: this machine cannot build it
    elsewhere: 'error',
    fine: 'success',
    mute: 'failure',
    top: 'failure',
  });
  const errors = Object.fromEntries(report.jobs.map((job) => [job.name, job.error]));
  expect(errors['bad']).toContain('compiling\noops\nerror: builder for');
  expect(errors['top']).toContain('dependency');
  expect(errors['mute']).toContain('failed to produce output path');
  expect(errors['elsewhere']).toContain('riscv-plan9');
  expect(errors['fine']).toBeNull();
});

test('the error of a job is its last twenty lines, and two thousand characters at most', async () => {
  const ci = lab.ci();
  const noise =
    'i=0; while [ $i -lt 500 ]; do echo \\"$i é\\t----------------------------------------------------------------------------------------------------------------------------------------\\"; i=$((i+1)); done; exit 1';
  const report = await lab.build(
    ci,
    lab.request(await lab.commit(lab.flake(`{ a = job "a" "${noise}"; }`))),
  );
  const error = report.jobs[0]?.error ?? '';
  expect(error.length).toBeLessThanOrEqual(2000);
  expect(error.split('\n').length).toBeLessThanOrEqual(20);
  expect(error).toContain('499 é');
  const log = await ci.logFile('here:o/r#1', report, 'a');
  expect((await readFile(log ?? '', 'utf8')).split('\n').length).toBeGreaterThan(500);
});

test('every change is told, in order, and the end once', async () => {
  const ci = lab.ci({ parallel: 1 });
  const request = lab.request(await lab.commit(lab.flake('{ a = good "a"; b = good "b"; }')));
  await lab.build(ci, request);
  const told = lab.reports.map((report) => [report.phase, ...report.jobs.map((job) => job.state)]);
  expect(told).toEqual([
    ['started'],
    ['started', 'pending', 'pending'],
    ['started', 'success', 'pending'],
    ['started', 'success', 'success'],
    ['finished', 'success', 'success'],
  ]);
});

test('a build that has begun, or ended, is not begun again', async () => {
  const ci = lab.ci();
  const script = `echo ran >> ${lab.file('ran')}; ${sleep(0.3)}; echo > $out; echo > $intermediates; exit 1`;
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${script}"; }`)));
  await Promise.all([ci.start(request), ci.start(request)]);
  await lab.build(ci, request);
  await lab.build(ci, request);
  expect(await lab.count('ran')).toBe(1);
  expect(lab.reports.filter((report) => report.phase === 'finished')).toHaveLength(1);
});

test('two builds of the same derivation build it once, also when it fails', async () => {
  const ci = lab.ci({ parallel: 4 });
  const script = (end: string) =>
    `echo ran >> ${lab.file(end)}; ${sleep(0.5)}; echo > $out; echo > $intermediates; [ ${end} = good ]`;
  const flake = lab.flake(
    `{ a = job "a" "${script('good')}"; z = job "z" "${script('bad')}"; same = job "z" "${script('bad')}"; }`,
  );
  const first = lab.request(await lab.commit(flake));
  const ref = 'refs/heads/orthrus/pr-2';
  const second = lab.request(await lab.commit(flake, ref), { ref, stream: 'here:o/r#2' });
  const reports = await Promise.all([lab.build(ci, first), lab.build(ci, second)]);
  for (const report of reports) {
    expect(report.jobs.map((job) => [job.state, job.built])).toEqual([
      ['success', true],
      ['failure', true],
      ['failure', true],
    ]);
    expect(await ci.logFile(report.stream, report, 'z')).not.toBeNull();
  }
  expect([await lab.count('good'), await lab.count('bad')]).toEqual([1, 1]);
});

test('no more jobs at once than `parallel`, over all builds, first come first served', async () => {
  const ci = lab.ci({ parallel: 2 });
  const script = (name: string) =>
    `echo + >> ${lab.file('steps')}; ${sleep(0.2)}; echo - >> ${lab.file('steps')}; echo ${name} > $out; echo > $intermediates`;
  const jobs = (names: string[]) =>
    lab.flake(`{ ${names.map((name) => `${name} = job "${name}" "${script(name)}";`).join(' ')} }`);
  const first = lab.request(await lab.commit(jobs(['a', 'b', 'c', 'd'])));
  const ref = 'refs/heads/orthrus/pr-2';
  const second = lab.request(await lab.commit(jobs(['e', 'f']), ref), {
    ref,
    stream: 'here:o/r#2',
  });
  await ci.start(first);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const reports = await Promise.all([lab.build(ci, first), lab.build(ci, second)]);
  let running = 0;
  let most = 0;
  for (const step of (await readFile(lab.file('steps'), 'utf8')).trim().split('\n')) {
    running += step === '+' ? 1 : -1;
    most = Math.max(most, running);
  }
  expect(most).toBe(2);
  expect(reports.flatMap((report) => report.jobs).every((job) => job.state === 'success')).toBe(
    true,
  );
});

test('F5 C12 hostile job names are data from end to end', async () => {
  const names = [
    '"; touch /tmp/x; "',
    '${x}',
    '../../etc',
    'a.b',
    'a b',
    '$(id)',
    'outPath',
    '__toString',
    'type',
    "'",
    '-v',
    'é\n"',
    '',
    '.',
  ];
  const nixName = (name: string) => `"${name.replace(/["\\]/g, '\\$&').replace(/\$\{/g, '\\${')}"`;
  const jobs = `{ ${names.map((name, index) => `${nixName(name)} = good "j${index}";`).join('\n')} }`;
  const ci = lab.ci();
  const report = await lab.build(ci, lab.request(await lab.commit(lab.flake(jobs))));
  expect(report.error).toBeNull();
  expect(new Set(report.jobs.map((job) => job.name))).toEqual(new Set(names));
  expect(report.jobs.every((job) => job.state === 'success')).toBe(true);
  for (const name of names) {
    const log = await ci.logFile('here:o/r#1', report, name);
    expect(log?.startsWith(`${lab.stateDir}/builds/`)).toBe(true);
    expect(log).toMatch(/\/\d+\.log$/);
  }
  expect(await ci.logFile('here:o/r#1', report, '../request')).toBeNull();
  expect(await ci.logFile('here:o/r#1', report, '0')).toBeNull();
  expect(await ci.logFile('../../..', report, null)).toBeNull();
  expect(await ci.logFile('here:o/r#1', report, null)).toMatch(/\/evaluation\.log$/);
});

test('F5 a remote and a ref with odd characters', async () => {
  const odd = await Laboratory.make("a b#c?d%20&'é.git");
  try {
    const ref = 'refs/heads/orthrus/fix#1&rev=%20é';
    const request = odd.request(await odd.commit(odd.flake('{ a = good "a"; }'), ref), { ref });
    const report = await odd.build(odd.ci(), request);
    expect(report).toMatchObject({ error: null, jobs: [{ state: 'success' }] });
  } finally {
    await odd.clear();
  }
});
