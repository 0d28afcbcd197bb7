import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storePathOf } from '../../doubles/scripted-ci.ts';
import { scriptedJob } from '../../doubles/typhon/scripted-work.ts';
import { always, eventually, scriptedLab } from './laboratory.ts';

/** Their derivations are nowhere: Typhon's store is out of reach. */
const hello = scriptedJob('hello', 'outputs');
const world = scriptedJob('world', 'outputs');

test("C11 where the store is out of reach, outputs come by name from the end action's call", async () => {
  const lab = await scriptedLab({ anyOutput: () => 'out' });
  lab.work.evaluates = () => ({ jobs: [hello, world] });
  lab.work.builds = (drv) => (drv === hello.drv ? 'success' : 'failure');
  const ci = lab.ci();
  await lab.callBack(ci);
  const request = lab.request(lab.commit());
  const report = await lab.build(ci, request);
  expect(report.jobs).toMatchObject([
    { name: 'hello', state: 'success', outputs: hello.outputs },
    { name: 'world', state: 'failure', outputs: {} },
  ]);
  await lab.typhon.settled();
  expect(lab.messages.map(({ project, commit }) => [project, commit])).toEqual(
    lab.messages.map(() => ['demo', request.commit]),
  );
  // Of what is built already the call comes again; and it outlives the process that took it.
  const after = lab.ci();
  expect(await lab.build(after, request)).toMatchObject({ jobs: [{ outputs: hello.outputs }, {}] });
});

test('C11 a job is not settled while its end action may yet tell', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  lab.typhon.actions = ({ action }) => (action === 'end' ? held : Promise.resolve());
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  await ci.start(request);
  await lab.typhon.until(() => lab.typhon.calls.length === 2, 'the end action');
  const asked = lab.typhon.requests.length;
  await eventually(() => lab.typhon.requests.length > asked + 5, 'a few polls');
  expect(await ci.report(request)).toMatchObject({
    phase: 'started',
    jobs: [{ state: 'pending', outputs: {} }],
  });
  release();
  // It has told nothing: then nobody will, and the one that Typhon shows is no substitute.
  expect(await lab.finished(ci, request)).toMatchObject({
    jobs: [{ state: 'success', drv: hello.drv, outputs: {} }],
  });
});

test('C11 a call that comes before its job is looked at settles it, whatever becomes of the action', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  lab.typhon.faults.panics = (subject) => subject.kind === 'action' && subject.name === 'end';
  const ci = lab.ci();
  await lab.callBack(ci);
  expect(await lab.build(ci, lab.request(lab.commit()))).toMatchObject({
    jobs: [{ state: 'success', outputs: hello.outputs }],
  });
});

test('C11 an end action that does not come is waited for, but not for ever', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  // Without a `begin` that ends, there is no `end`.
  lab.typhon.faults.panics = (subject) => subject.kind === 'action' && subject.name === 'begin';
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  await ci.start(request);
  await lab.reported(ci, request, ({ jobs }) => jobs.length === 1, 'the job');
  const asked = lab.typhon.requests.length;
  await eventually(() => lab.typhon.requests.length > asked + 5, 'a few polls');
  expect(await ci.report(request)).toMatchObject({ jobs: [{ state: 'pending' }] });
  await eventually(async () => {
    lab.world.advance(60_000);
    return (await ci.report(request))?.phase === 'finished';
  }, 'the end');
  expect(await ci.report(request)).toMatchObject({ jobs: [{ state: 'success', outputs: {} }] });
});

test('G7 what was told is let go of with the build it was told of', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  const ci = lab.ci();
  await lab.callBack(ci);
  const first = lab.request(lab.commit());
  await lab.build(ci, first);
  const second = lab.request(lab.commit(), { attempt: 2 });
  await lab.build(ci, second);
  await lab.typhon.settled();
  const outputs = join(lab.stateDir, 'outputs');
  expect(await readdir(outputs)).toHaveLength(2);
  await ci.retain(first.stream, { paths: [storePathOf('kept')], builds: [second] });
  expect(await readdir(outputs)).toEqual([`${second.commit}.json`]);
  await ci.retain(first.stream, { paths: [], builds: [] });
  expect(await readdir(outputs)).toEqual([]);
  expect(await readdir(join(lab.stateDir, 'builds'))).toEqual([]);
});

test('C6 where the store is out of reach nothing is said to be missing, and nothing can be kept', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  const ci = lab.ci();
  const paths = [storePathOf('gone')];
  expect(await ci.missing(paths)).toEqual([]);
  const request = lab.request(lab.commit());
  await lab.build(ci, request);
  expect(await ci.missing(paths)).toEqual([]);
  await ci.retain(request.stream, { paths, builds: [request] });
  expect(await readdir(lab.stateDir)).toEqual(['builds']);
});
