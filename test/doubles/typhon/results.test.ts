import { describe, expect, test } from 'vitest';
import { building, password, scripted, zeros } from './fixture.ts';
import { scriptedJob } from './scripted-work.ts';

const hello = scriptedJob('hello', 'results');
const world = scriptedJob('world', 'results');
const one = '1'.repeat(40);
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
const range = { start: expect.any(Number), end: expect.any(Number) };

describe('an evaluation', () => {
  test('shows no job before it has succeeded, then all of them', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    await scene.announce('main', zeros, tip);
    const asked = await scene.work.askedEvaluation(tip);
    const handle = scene.typhon.evaluations[0]?.uuid ?? '';
    const info = {
      handle: uuid,
      actions_path: null,
      flake: true,
      jobset_name: 'main',
      project: 'demo',
      time_created: expect.any(Number),
      url: expect.stringContaining(`rev=${tip}`),
    };
    expect(await scene.get(`/api/evaluations/${handle}`)).toEqual({
      ...info,
      jobs: {},
      status: { Pending: { start: expect.any(Number) } },
    });
    asked.succeed(hello, world);
    (await scene.work.askedBuild('hello')).succeed();
    (await scene.work.askedBuild('world')).fail();
    await scene.typhon.settled();
    const run = { evaluation: handle, name: 'hello', num: 1 };
    expect(await scene.get(`/api/evaluations/${handle}`)).toEqual({
      ...info,
      status: { Success: range },
      jobs: {
        hello: {
          handle: { evaluation: handle, name: 'hello' },
          dist: false,
          drv: hello.drv,
          out: hello.outputs['out'],
          run_count: 1,
          last_run: {
            handle: run,
            begin: expect.objectContaining({ name: 'begin', project: 'demo' }),
            build: { handle: uuid, drv: hello.drv, status: { Success: range } },
            end: expect.objectContaining({
              name: 'end',
              input: expect.stringContaining('success'),
            }),
          },
        },
        world: expect.objectContaining({
          last_run: expect.objectContaining({
            build: { handle: uuid, drv: world.drv, status: { Failure: range } },
          }),
        }),
      },
    });
  });

  test('that fails builds nothing, calls nobody, and has what Nix said as one escaped text in its log', async () => {
    const scene = await scripted();
    scene.work.evaluates = () => ({ error: 'error: "boom"\n       at flake.nix:1:1\n' });
    const listener = await scene.listen();
    await scene.announce('main', zeros, scene.branch('main'));
    await scene.typhon.settled();
    const handle = scene.typhon.evaluations[0]?.uuid ?? '';
    expect(await scene.get(`/api/evaluations/${handle}`)).toMatchObject({
      jobs: {},
      status: { Failure: range },
    });
    const { text } = await scene.ask(`/api/evaluations/${handle}/log`);
    const lines = text.split('\n');
    expect(lines[0]).toBe('Evaluation error: NixCommand {');
    expect(lines[3]).toBe(String.raw`    stderr: "error: \"boom\"\n       at flake.nix:1:1\n",`);
    await listener.until((names) => names.includes('EvaluationFinished'), 'the end');
    expect(listener.names).toEqual(['Ping', 'EvaluationNew', 'EvaluationFinished']);
    expect(scene.typhon.calls).toEqual([]);
    expect(scene.typhon.built).toEqual([]);
  });

  test('cannot reach a job with a dot in its name', async () => {
    const scene = await scripted();
    scene.work.evaluates = () => ({ jobs: [hello, scriptedJob('a.b', 'results')] });
    await scene.announce('main', zeros, scene.branch('main'));
    await scene.typhon.settled();
    expect(scene.typhon.evaluations[0]?.task.kind).toBe('failure');
  });

  test('is cancelled while it evaluates, and cannot be any more when it builds', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    scene.typhon.createJobset('demo', 'main');
    await scene.announce('main', one, tip);
    await scene.work.askedEvaluation(tip);
    const [first] = scene.typhon.evaluations;
    const cancel = { Evaluation: [first?.uuid, 'Cancel'] };
    const refused = await scene.post('/api', cancel, { password: 'wrong' });
    expect(refused).toEqual({ status: 200, text: '{"Err":{"BadRequest":"Access denied"}}' });
    const done = await scene.post('/api', cancel, { password });
    expect(done).toEqual({ status: 200, text: '{"Ok":"Ok"}' });
    await scene.typhon.settled();
    expect(first?.task.status).toEqual({ Canceled: range });

    scene.work.evaluates = () => ({ jobs: [hello] });
    await scene.announce('main', one, tip);
    const build = await scene.work.askedBuild('hello');
    await scene.typhon.until(() => scene.typhon.evaluations[1]?.task.kind === 'success', 'it');
    await scene.post(
      '/api',
      { Evaluation: [scene.typhon.evaluations[1]?.uuid, 'Cancel'] },
      { password },
    );
    build.succeed();
    await scene.typhon.settled();
    expect(scene.typhon.builds[0]?.task.kind).toBe('success');
  });
});

describe('a build', () => {
  test('and its run are told of before the evaluation is over, which shows them only then', async () => {
    const { scene, listener, build } = await building(hello);
    build.succeed();
    await scene.typhon.settled();
    await listener.until((names) => names.length === 12, 'all that is told');
    const { names } = listener;
    expect(names.filter((name) => !/^Evaluation|ActionFinished/.test(name))).toEqual([
      'Ping',
      'RunNew',
      'BuildNew',
      'ActionNew',
      'RunUpdated',
      'BuildFinished',
      'ActionNew',
      'RunUpdated',
    ]);
    expect(names[1]).toBe('EvaluationNew');
    expect(names.indexOf('EvaluationFinished')).toBeGreaterThan(names.indexOf('RunUpdated'));
    expect(names.at(-1)).toBe('ActionFinished');
    expect(listener.heard[2]).toEqual({
      RunNew: { evaluation: scene.typhon.evaluations[0]?.uuid, name: 'hello', num: 1 },
    });
  });

  test('of a derivation that is built already is the old build, and nobody is told of one', async () => {
    const { scene, listener, tip, build } = await building(hello);
    build.succeed();
    await scene.typhon.settled();
    const told = listener.names.length;
    await scene.announce('main', one, tip);
    await scene.typhon.settled();
    await listener.until((names) => names.slice(told).includes('RunNew'), 'the second run');
    expect(scene.typhon.builds).toHaveLength(1);
    expect(scene.typhon.built).toEqual(['hello']);
    const [first, second] = scene.typhon.evaluations;
    expect(second?.jobs[0]?.runs[0]?.build).toBe(first?.jobs[0]?.runs[0]?.build);
    expect(listener.names.slice(told)).not.toContain('BuildNew');
    expect(second?.jobs[0]?.runs[0]?.end?.input).toContain('"status":"success"');
  });

  test('is shared by all who want it while it runs, and made again after it failed', async () => {
    const { scene, tip, build } = await building(hello);
    scene.typhon.createJobset('demo', 'other');
    scene.repository.push('refs/heads/other', tip);
    await scene.announce('other', one, tip);
    await scene.typhon.until(
      () => scene.typhon.evaluations[1]?.task.kind === 'success',
      'the other',
    );
    expect(scene.typhon.builds).toHaveLength(1);
    build.fail();
    await scene.typhon.settled();
    expect(scene.typhon.calls.map((call) => JSON.parse(call.input).status)).toEqual([
      'pending',
      'pending',
      'failure',
      'failure',
    ]);
    await scene.announce('other', one, tip);
    (await scene.work.askedBuild('hello')).succeed();
    await scene.typhon.settled();
    expect(scene.typhon.builds.map((made) => made.task.kind)).toEqual(['failure', 'success']);
  });

  test('streams its log while it runs, and keeps it', async () => {
    const { scene, build } = await building(hello);
    const path = `/api/builds/${scene.typhon.builds[0]?.uuid ?? ''}/log`;
    build.log('compiling');
    const response = await fetch(`${scene.typhon.url}${path}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toMatchObject({ value: 'compiling\n' });
    build.log('linking');
    expect(await reader?.read()).toMatchObject({ value: 'linking\n' });
    build.succeed();
    expect(await reader?.read()).toMatchObject({ done: true });
    expect(await scene.ask(path)).toEqual({ status: 200, text: 'compiling\nlinking\n' });
  });

  test('that is cancelled says so, and so does its end action', async () => {
    const { scene } = await building(hello);
    const { uuid: handle = '' } = scene.typhon.builds[0] ?? {};
    scene.typhon.cancelBuild(handle);
    await scene.typhon.settled();
    const info = { handle, drv: hello.drv, status: { Canceled: range } };
    expect(await scene.get(`/api/builds/${handle}`)).toEqual(info);
    expect(scene.typhon.calls.at(-1)?.input).toContain('"status":"canceled"');
  });
});
