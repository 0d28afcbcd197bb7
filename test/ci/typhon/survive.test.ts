import { expect, test } from 'vitest';
import { scriptedJob } from '../../doubles/typhon/scripted-work.ts';
import { always, branch, eventually, scriptedLab } from './laboratory.ts';

const hello = scriptedJob('hello', 'survive');
const world = scriptedJob('world', 'survive');

test('C4 what comes after every deadline is told all the same, as long as the build is kept', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  await ci.start(request);
  (await lab.work.askedEvaluation(request.commit)).succeed(hello);
  const build = await lab.work.askedBuild('hello');
  lab.world.advance(48 * 3_600_000);
  await ci.retain(request.stream, { paths: [], builds: [request] });
  build.succeed();
  await lab.finished(ci, request);
  expect(lab.reports.at(-1)).toMatchObject({ phase: 'finished', jobs: [{ state: 'success' }] });
});

test('G7 what is cancelled, not kept, or has not moved in a week is not followed any more', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  const letGo = [
    () => ci.cancel(request),
    () => ci.retain(request.stream, { paths: [], builds: [{ ...request, attempt: 9 }] }),
    async () => {
      lab.world.advance(8 * 24 * 3_600_000);
    },
  ];
  for (const done of letGo) {
    await ci.start(request);
    expect(await ci.report(request)).not.toBeNull();
    await done();
    expect(await ci.report(request)).toBeNull();
  }
  const asked = lab.typhon.requests.length;
  (await lab.work.askedEvaluation(request.commit)).succeed(hello);
  (await lab.work.askedBuild('hello')).succeed();
  await lab.typhon.settled();
  expect(lab.reports.filter(({ phase }) => phase === 'finished')).toEqual([]);
  expect(lab.typhon.requests.slice(asked).filter(({ method }) => method === 'POST')).toEqual([]);
});

test('G1 a new process knows nothing until it is asked, then finds what has become of it and announces nothing', async () => {
  const lab = await scriptedLab();
  const request = lab.request(lab.commit());
  const before = lab.ci();
  await before.start(request);
  await before.close();
  (await lab.work.askedEvaluation(request.commit)).succeed(hello);
  (await lab.work.askedBuild('hello')).succeed();
  await lab.typhon.settled();
  const after = lab.ci();
  expect(await after.report(request)).toBeNull();
  expect(await lab.build(after, request)).toMatchObject({ jobs: [{ state: 'success' }] });
  expect(lab.typhon.webhooks).toHaveLength(1);
});

test('C3 what was pending when Typhon was restarted stays so; another evaluation of the commit makes up for it', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  await ci.start(request);
  await lab.reported(ci, request, ({ phase }) => phase === 'started', 'the evaluation');
  await lab.typhon.restart();
  await eventually(() => lab.typhon.listeners === 1, 'the stream');
  expect(await ci.report(request)).toMatchObject({ phase: 'started', jobs: [] });
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  // A person does that.
  await lab.typhon.evaluate('demo', branch);
  expect(await lab.finished(ci, request)).toMatchObject({ jobs: [{ state: 'success' }] });
});

test('C4 a build that died is pending for ever: nothing is made up, and no run is begun again', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello, world] });
  lab.work.builds = () => 'success';
  lab.typhon.faults.panics = (subject) => subject.kind === 'build' && subject.drv === hello.drv;
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  await ci.start(request);
  const report = await lab.reported(ci, request, ({ jobs }) => jobs[1]?.state === 'success', 'one');
  expect(report).toMatchObject({ phase: 'started', jobs: [{ state: 'pending' }, {}] });
  expect(lab.typhon.requests.some(({ path }) => path.includes('rerun'))).toBe(false);
});

test('E8 Typhon goes away in the middle and comes back: it is said once, and nothing is lost', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  await ci.start(request);
  const evaluation = await lab.work.askedEvaluation(request.commit);
  await lab.reported(ci, request, ({ phase }) => phase === 'started', 'the evaluation');
  await lab.typhon.line('refused');
  await eventually(() => lab.warnings.length > 0, 'a warning');
  evaluation.succeed(hello);
  (await lab.work.askedBuild('hello')).succeed();
  expect(await ci.report(request)).toMatchObject({ phase: 'started', jobs: [] });
  await lab.typhon.line('open');
  expect(await lab.finished(ci, request)).toMatchObject({ jobs: [{ state: 'success' }] });
  expect(lab.warnings).toHaveLength(1);
});
