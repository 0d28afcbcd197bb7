import { expect, test, vi } from 'vitest';
import type { BuildReport } from '../../../src/ports/ci.ts';
import { storePathOf } from '../../doubles/scripted-ci.ts';
import { scriptedJob } from '../../doubles/typhon/scripted-work.ts';
import { always, eventually, scriptedLab } from './laboratory.ts';

const hello = scriptedJob('hello', 'follow');
const world = scriptedJob('world', 'follow');

const phases = (reports: readonly BuildReport[]): unknown[] =>
  reports.map(({ phase, jobs }) => [phase, ...jobs.map(({ name, state }) => `${name} ${state}`)]);

test('C1 a build from its announcement to its end, by events alone', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  expect(await ci.report(request)).toBeNull();
  await ci.start(request);
  await lab.reported(ci, request, ({ phase }) => phase === 'started', 'the evaluation');
  (await lab.work.askedEvaluation(request.commit)).succeed(hello, world);
  await lab.reported(ci, request, ({ jobs }) => jobs.length === 2, 'the jobs');
  const failing = await lab.work.askedBuild('world');
  failing.log('compiling');
  failing.log('\u001B[31moops\u001B[0m');
  failing.fail();
  await lab.reported(ci, request, ({ jobs }) => jobs[1]?.state === 'failure', 'the failure');
  (await lab.work.askedBuild('hello')).succeed();
  const report = await lab.finished(ci, request);
  const log = (name: string): string => {
    const build = lab.typhon.builds.find(({ drv }) => drv.endsWith(`-${name}.drv`));
    return `${lab.typhon.url}/api/builds/${build?.uuid ?? ''}/log`;
  };
  expect(report).toEqual({
    stream: request.stream,
    commit: request.commit,
    attempt: 1,
    phase: 'finished',
    error: null,
    jobs: [
      {
        name: 'hello',
        state: 'success',
        drv: hello.drv,
        outputs: {},
        built: null,
        milliseconds: expect.any(Number),
        url: log('hello'),
        error: null,
      },
      {
        name: 'world',
        state: 'failure',
        drv: world.drv,
        outputs: {},
        built: null,
        milliseconds: expect.any(Number),
        url: log('world'),
        error: 'compiling\noops',
      },
    ],
  });
  expect(phases(lab.reports).at(0)).toEqual(['started']);
  expect(phases(lab.reports)).toContainEqual(['started', 'hello pending', 'world pending']);
  expect(phases(lab.reports)).toContainEqual(['started', 'hello pending', 'world failure']);
  expect(lab.reports.filter(({ phase }) => phase === 'finished')).toEqual([report]);
  expect(await (await fetch(log('world'))).text()).toContain('compiling');
  expect(lab.typhon.requests.filter(({ path }) => path.includes('rerun'))).toEqual([]);
});

test('C2 an evaluation that fails: one error, with what Nix said and not how Typhon prints it', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({
    error:
      "warning: dirty\nerror: undefined variable 'x\"\\'\n       at flake.nix:3:1:\n\n            2|\n",
  });
  const report = await lab.build(lab.ci(), lab.request(lab.commit()));
  expect(report).toMatchObject({
    jobs: [],
    error: {
      kind: 'evaluation',
      message: expect.stringMatching(/^undefined variable 'x"\\'\n {7}at flake\.nix:3:1:/),
    },
  });
});

test('C6 a path of ours that is gone is recognised in the error, and no other one', async () => {
  const lab = await scriptedLab();
  const [ours, theirs] = [storePathOf('ours', 'cache'), storePathOf('theirs', 'cache')];
  const ci = lab.ci();
  for (const gone of [ours, theirs]) {
    lab.work.evaluates = () => ({
      error: `error: path '${gone}' does not exist and cannot be created\n`,
    });
    const request = lab.request(lab.commit(), { cachePaths: [ours] });
    const { error } = await lab.build(ci, request);
    if (gone === ours) expect(error).toMatchObject({ kind: 'missing-path', paths: [ours] });
    else expect(error).toMatchObject({ kind: 'evaluation', paths: [] });
  }
});

test('C9 what Typhon cancels is cancelled, and no failure of the code', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const first = lab.request(lab.commit());
  await ci.start(first);
  await lab.work.askedEvaluation(first.commit);
  lab.typhon.cancelEvaluation(lab.typhon.evaluations[0]?.uuid ?? '');
  expect(await lab.finished(ci, first)).toMatchObject({ jobs: [], error: { kind: 'cancelled' } });

  const second = lab.request(lab.commit(), { attempt: 2 });
  await ci.start(second);
  (await lab.work.askedEvaluation(second.commit)).succeed(hello);
  await lab.work.askedBuild('hello');
  lab.typhon.cancelBuild(lab.typhon.builds[0]?.uuid ?? '');
  expect(await lab.finished(ci, second)).toMatchObject({
    error: null,
    jobs: [{ name: 'hello', state: 'cancelled', error: null }],
  });
});

test('C14 derivations that did not change are settled without a word from Typhon, and were not built', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  vi.setSystemTime(Date.now() - 3_600_000);
  const ci = lab.ci({ pollEvery: always });
  await lab.build(ci, lab.request(lab.commit()));
  vi.useRealTimers();
  lab.typhon.faults.events = 'lost';
  const report = await lab.build(ci, lab.request(lab.commit(), { attempt: 2 }));
  expect(report).toMatchObject({
    error: null,
    jobs: [{ state: 'success', drv: hello.drv, built: false, milliseconds: 0 }],
  });
  expect(lab.typhon.built).toEqual(['hello']);
});

test('C14 events that are all lost, or all told twice, change nothing but the time it takes', async () => {
  for (const events of ['lost', 'doubled'] as const) {
    const lab = await scriptedLab();
    lab.typhon.faults.events = events;
    const ci = lab.ci({ pollEvery: always });
    const request = lab.request(lab.commit());
    await ci.start(request);
    (await lab.work.askedEvaluation(request.commit)).succeed(hello);
    (await lab.work.askedBuild('hello')).succeed();
    expect(await lab.finished(ci, request)).toMatchObject({ jobs: [{ state: 'success' }] });
    expect(lab.reports.filter(({ phase }) => phase === 'finished')).toHaveLength(1);
  }
});

test('C14 what happened while the stream was cut off is looked up when it is back', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  await ci.start(request);
  const evaluation = await lab.work.askedEvaluation(request.commit);
  await lab.reported(ci, request, ({ phase }) => phase === 'started', 'the evaluation');
  await lab.typhon.line('refused');
  evaluation.succeed(hello);
  (await lab.work.askedBuild('hello')).succeed();
  await lab.typhon.line('open');
  // Whatever the wait has grown to.
  await eventually(() => {
    lab.world.advance(1000);
    return lab.typhon.listeners === 1;
  }, 'the stream');
  expect(await lab.finished(ci, request)).toMatchObject({ jobs: [{ state: 'success' }] });
});

test('C8 an evaluation of what the branch had become meanwhile says nothing of the commit that was announced', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  const hold = lab.typhon.faults.holdWebhook('lock');
  const ci = lab.ci({ pollEvery: always });
  const first = lab.request(lab.commit());
  const asked = ci.start(first);
  await hold.reached;
  const second = lab.request(lab.commit(), { attempt: 2 });
  hold.release();
  await asked;
  await lab.typhon.settled();
  expect(lab.typhon.evaluations).toMatchObject([{ revision: second.commit }]);
  // It is what the second one asked for; nobody has to be asked again.
  expect(await lab.build(ci, second)).toMatchObject({ jobs: [{ state: 'success' }] });
  expect(await ci.report(first)).toMatchObject({ phase: 'queued', jobs: [] });
  expect(lab.reports.every(({ commit }) => commit === second.commit)).toBe(true);
});

test('C7 events of what is long over, or of what nobody knows, change nothing', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  const report = await lab.build(ci, request);
  const [evaluation] = lab.typhon.evaluations;
  const before = lab.reports.length;
  const run = { evaluation: evaluation?.uuid ?? '', name: 'hello', num: 1 };
  lab.typhon.tell({ EvaluationNew: evaluation?.uuid ?? '' });
  lab.typhon.tell({ RunNew: run });
  lab.typhon.tell({ RunUpdated: { ...run, evaluation: crypto.randomUUID() } });
  lab.typhon.tell({ BuildFinished: crypto.randomUUID() });
  const next = lab.request(lab.commit(), { attempt: 2 });
  await lab.build(ci, next);
  expect(await ci.report(request)).toEqual(report);
  expect(lab.reports.slice(before).every(({ commit }) => commit === next.commit)).toBe(true);
});

test('F5 hostile names of jobs come through as they are', async () => {
  const lab = await scriptedLab();
  const names = ['__proto__', 'constructor', '${x}', "'; rm -rf /", '/etc/passwd', 'é\n', ' '];
  lab.work.evaluates = () => ({ jobs: names.map((name) => ({ ...hello, name })) });
  lab.work.builds = () => 'success';
  const report = await lab.build(lab.ci(), lab.request(lab.commit()));
  expect(report.jobs.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(report.jobs.every(({ state }) => state === 'success')).toBe(true);
});
