import { describe, expect, test } from 'vitest';
import { building, scripted, zeros } from './fixture.ts';
import { scriptedJob, ScriptedWork } from './scripted-work.ts';
import { TyphonDouble } from './typhon-double.ts';

const hello = scriptedJob('hello', 'faults');
const one = '1'.repeat(40);

/** The code of the error a request ends with: `ECONNREFUSED`. */
async function codeOf(asked: Promise<unknown>): Promise<unknown> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause ? cause.code : null;
}

describe('a connection', () => {
  test('that is refused or reset comes back on the same port, with what happened meanwhile', async () => {
    const { scene, build } = await building(hello);
    const { url } = scene.typhon;
    await scene.typhon.line('refused');
    expect(await codeOf(scene.ask('/api/projects/demo'))).toBe('ECONNREFUSED');
    await scene.typhon.line('reset');
    expect(await codeOf(scene.ask('/api/projects/demo'))).toBe('ECONNRESET');
    build.succeed();
    await scene.typhon.settled();
    await scene.typhon.line('open');
    expect(scene.typhon.url).toBe(url);
    const uuid = scene.typhon.builds[0]?.uuid ?? '';
    expect(await scene.get(`/api/builds/${uuid}`)).toMatchObject({ status: { Success: {} } });
  });

  test('that hangs takes requests, answers none, and tells its listeners nothing', async () => {
    const { scene, build } = await building(hello);
    const listener = await scene.listen();
    await scene.typhon.line('hung');
    const patience = AbortSignal.timeout(50);
    await expect(scene.ask('/api/projects/demo', { signal: patience })).rejects.toThrow(/timeout/);
    build.succeed();
    await scene.typhon.settled();
    expect(listener.names).toEqual(['Ping']);
    await scene.typhon.line('open');
    await listener.cut();
    expect(await scene.get('/api/projects/demo')).toMatchObject({ handle: 'demo' });
  });

  test('to the events is cut, and nothing is told again', async () => {
    const { scene, build } = await building(hello);
    const listener = await scene.listen();
    scene.typhon.dropStreams();
    await listener.cut();
    build.succeed();
    await scene.typhon.settled();
    const again = await scene.listen();
    expect(again.names).toEqual(['Ping']);
  });
});

test('a restart leaves for ever pending what was, and what comes after it is built', async () => {
  const { scene, tip, build } = await building(hello);
  const listener = await scene.listen();
  await scene.typhon.restart();
  await listener.cut();
  build.succeed();
  await scene.typhon.settled();
  const uuid = scene.typhon.builds[0]?.uuid ?? '';
  const pending = { status: { Pending: { start: expect.any(Number) } } };
  expect(await scene.get(`/api/builds/${uuid}`)).toMatchObject(pending);
  expect(await scene.ask(`/api/builds/${uuid}/log`)).toEqual({ status: 200, text: '' });
  await scene.announce('main', one, tip);
  (await scene.work.askedBuild('hello')).succeed();
  await scene.typhon.settled();
  expect(scene.typhon.builds.map((made) => made.task.kind)).toEqual(['pending', 'success']);
});

test('a restart in the middle of a webhook leaves undone what was to come', async () => {
  const scene = await scripted();
  const hold = scene.typhon.faults.holdWebhook('lock');
  const tip = scene.branch('main');
  const answer = scene.announce('main', zeros, tip).catch((reason: unknown) => reason);
  await hold.reached;
  await scene.typhon.restart();
  expect(await answer).toMatchObject({ message: 'fetch failed' });
  hold.release();
  await scene.typhon.settled();
  expect(scene.typhon.jobsets('demo')).toEqual(['main']);
  expect(scene.typhon.evaluations).toEqual([]);
});

describe('a task that panics', () => {
  test('stays pending for ever, be it an evaluation or a build', async () => {
    const { scene, tip, build } = await building(hello);
    scene.typhon.faults.panics = (subject) => subject.kind === 'build' && subject.drv === hello.drv;
    build.succeed();
    await scene.typhon.settled();
    expect(scene.typhon.builds[0]?.task.kind).toBe('pending');
    expect(scene.typhon.calls.map((call) => call.name)).toEqual(['begin']);
    scene.typhon.faults.panics = (subject) => subject.kind === 'evaluation';
    await scene.announce('main', one, tip);
    await scene.typhon.settled();
    expect(scene.typhon.evaluations[1]?.task.kind).toBe('pending');
  });
});

describe('answers and events', () => {
  test('are internal errors where the test says so', async () => {
    const scene = await scripted();
    scene.typhon.faults.failing = ({ path }) => path !== '/api/events';
    const internal = { status: 500, text: 'Internal server error' };
    expect(await scene.ask('/api/projects/demo')).toEqual(internal);
    expect(await scene.announce('main', zeros, scene.branch('main'))).toEqual(internal);
    const raw = await scene.post('/api', { Project: ['demo', 'Info'] });
    expect(raw).toEqual({ status: 200, text: '{"Err":"InternalError"}' });
    await scene.listen();
    expect(scene.typhon.jobsets('demo')).toEqual([]);
  });

  test('of a database that takes no new jobset', async () => {
    const scene = await scripted();
    scene.typhon.faults.newJobset = 'fails';
    const tip = scene.branch('main');
    expect(await scene.announce('main', zeros, tip)).toMatchObject({ status: 500 });
    expect(await scene.announce('main', one, tip)).toMatchObject({ status: 404 });
    scene.typhon.faults.newJobset = 'works';
    expect(await scene.announce('main', zeros, tip)).toMatchObject({ status: 200 });
  });

  test('come doubled, or not at all, or of strangers', async () => {
    const scene = await scripted();
    const listener = await scene.listen();
    scene.typhon.tell({ BuildFinished: 'a' });
    scene.typhon.faults.events = 'doubled';
    scene.typhon.tell({ BuildFinished: 'b' });
    scene.typhon.faults.events = 'lost';
    scene.typhon.tell({ BuildFinished: 'c' });
    scene.typhon.faults.events = 'once';
    scene.typhon.tell({ BuildFinished: 'd' });
    await listener.until((names) => names.length === 5, 'four');
    expect(listener.heard.slice(1)).toEqual(
      ['a', 'b', 'b', 'd'].map((BuildFinished) => ({ BuildFinished })),
    );
  });
});

test('a slow scan makes the webhook slow', async () => {
  const scene = await scripted();
  scene.typhon.faults.scanMilliseconds = 120;
  const before = performance.now();
  await scene.announce('main', zeros, scene.branch('main'));
  expect(performance.now() - before).toBeGreaterThan(110);
});

test('one is up in no time', async () => {
  const times: number[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = performance.now();
    const work = new ScriptedWork();
    const typhon = await TyphonDouble.start({ projects: {}, webhookSecret: '', work });
    times.push(performance.now() - before);
    await typhon.close();
  }
  expect(Math.min(...times)).toBeLessThan(50);
});
