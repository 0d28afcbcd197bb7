import { expect, test } from 'vitest';
import { building, password, scripted, zeros } from './fixture.ts';
import { scriptedJob } from './scripted-work.ts';

const hello = scriptedJob('hello', 'traps');
const one = '1'.repeat(40);

test('the output that is shown is whichever', async () => {
  const scene = await scripted({ anyOutput: (names) => names.toSorted()[0] ?? '' });
  scene.work.evaluates = () => ({ jobs: [hello] });
  scene.work.builds = () => 'success';
  await scene.announce('main', zeros, scene.branch('main'));
  await scene.typhon.settled();
  expect(scene.typhon.evaluations[0]?.jobs[0]?.out).toBe(hello.outputs['intermediates']);
});

test('a rerun never runs, and hides what ran', async () => {
  const { scene, build, path } = await building(hello);
  build.succeed();
  await scene.typhon.settled();
  const rerun = `${path}/jobs/hello/rerun`;
  expect(await scene.ask(rerun)).toEqual({ status: 400, text: 'Bad request: Access denied' });
  expect(await scene.ask(rerun, { headers: { password } })).toEqual({
    status: 200,
    text: 'true',
  });
  expect(await scene.get(`${path}/jobs/hello`)).toMatchObject({
    last_run: { handle: { num: 2 }, begin: null, build: null, end: null },
    run_count: 1,
  });
  expect(await scene.get(`${path}/jobs/hello/runs/1`)).toMatchObject({
    build: { status: { Success: {} } },
  });
  expect(scene.typhon.built).toEqual(['hello']);
});

test('an evaluation that is not forced is whoever has one of that name and URL', async () => {
  const scene = await scripted();
  const options = { repository: scene.repository.bare };
  const two = await scripted({ projects: { demo: options, twin: options } });
  scene.branch('main');
  two.typhon.createJobset('demo', 'main');
  two.typhon.createJobset('twin', 'main');
  const first = await two.typhon.evaluate('demo', 'main');
  const evaluate = { Jobset: [{ project: 'twin', name: 'main' }, { Evaluate: false }] };
  const { text } = await two.post('/api', evaluate, { password });
  expect(JSON.parse(text)).toEqual({ Ok: { JobsetEvaluate: first.uuid } });
});

test('only the derivation and the shown output are rooted, from the next evaluation on, while the jobset is there', async () => {
  const { scene, tip, build } = await building(hello);
  build.succeed();
  await scene.typhon.settled();
  expect(scene.typhon.roots).toEqual(new Set());
  await scene.announce('main', one, tip);
  await scene.typhon.settled();
  expect(scene.typhon.roots).toEqual(new Set([hello.drv, hello.outputs['out']]));
  expect(scene.work.collectGarbage(scene.typhon.roots)).toEqual([hello.outputs['intermediates']]);
  await scene.announce('main', one, tip);
  (await scene.work.askedBuild('hello')).succeed();
  await scene.announce('main', tip, zeros);
  expect(scene.typhon.roots).toEqual(new Set());
});
