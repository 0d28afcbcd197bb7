import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { password, scripted, zeros } from './fixture.ts';
import { scriptedJob } from './scripted-work.ts';

const hello = scriptedJob('hello', 'results');
const world = scriptedJob('world', 'results');
const one = '1'.repeat(40);
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
const range = { start: expect.any(Number), end: expect.any(Number) };
const evaluations = z.object({
  total: z.number(),
  results: z.object({ Evaluations: z.array(z.string()) }),
});

/** A branch that is evaluated to `hello`, which is being built. */
async function building() {
  const scene = await scripted();
  scene.work.evaluates = () => ({ jobs: [hello] });
  const listener = await scene.listen();
  const tip = scene.branch('main');
  await scene.announce('main', zeros, tip);
  const build = await scene.work.askedBuild('hello');
  const evaluation = scene.typhon.evaluations[0];
  if (evaluation === undefined) throw new Error('nothing was evaluated');
  const path = `/api/evaluations/${evaluation.uuid}`;
  return { scene, listener, tip, build, evaluation, path };
}

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
    const { scene, listener, build } = await building();
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
    const { scene, listener, tip, build } = await building();
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
    const { scene, tip, build } = await building();
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
    const { scene, build } = await building();
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
    const { scene } = await building();
    const { uuid: handle = '' } = scene.typhon.builds[0] ?? {};
    scene.typhon.cancelBuild(handle);
    await scene.typhon.settled();
    const info = { handle, drv: hello.drv, status: { Canceled: range } };
    expect(await scene.get(`/api/builds/${handle}`)).toEqual(info);
    expect(scene.typhon.calls.at(-1)?.input).toContain('"status":"canceled"');
  });
});

describe('traps', () => {
  test('the output that is shown is whichever', async () => {
    const scene = await scripted({ anyOutput: (names) => names.toSorted()[0] ?? '' });
    scene.work.evaluates = () => ({ jobs: [hello] });
    scene.work.builds = () => 'success';
    await scene.announce('main', zeros, scene.branch('main'));
    await scene.typhon.settled();
    expect(scene.typhon.evaluations[0]?.jobs[0]?.out).toBe(hello.outputs['intermediates']);
  });

  test('a rerun never runs, and hides what ran', async () => {
    const { scene, build, path } = await building();
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
      build: { status: { Success: range } },
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
    const { scene, tip, build } = await building();
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
});

describe('searching and asking', () => {
  test('finds evaluations by project and jobset, a page at a time', async () => {
    const scene = await scripted();
    scene.work.evaluates = () => ({ jobs: [] });
    for (const branch of ['a/b', 'main']) {
      const tip = scene.branch(branch);
      await scene.announce(branch, zeros, tip);
      await scene.announce(branch, one, tip);
    }
    await scene.typhon.settled();
    const find = async (more: object) => {
      const { text } = await scene.post('/api/search', {
        type: 'evaluations',
        limit: 20,
        offset: 0,
        ...more,
      });
      const { total, results } = evaluations.parse(JSON.parse(text));
      return { total, found: new Set(results.Evaluations) };
    };
    const made = (jobset: string) =>
      new Set(scene.typhon.evaluations.filter((of) => of.jobset === jobset).map((of) => of.uuid));
    expect(await find({ project_name: 'demo', jobset_name: 'a/b' })).toEqual({
      total: 2,
      found: made('a/b'),
    });
    expect(await find({ jobset_name: 'main', status: 'failure' })).toEqual({
      total: 0,
      found: new Set(),
    });
    const pages = [await find({ limit: 3 }), await find({ limit: 3, offset: 3 })];
    expect(pages.map((page) => [page.total, page.found.size])).toEqual([
      [4, 3],
      [4, 1],
    ]);
    expect(
      await scene.post('/api/search', { type: 'evaluations', limit: 256, offset: 0 }),
    ).toMatchObject({ status: 400 });
    expect(await scene.get('/api/projects/demo')).toMatchObject({ jobsets: ['a/b', 'main'] });
  });

  test('raw requests make, evaluate and delete a jobset', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    const raw = async (request: unknown) =>
      JSON.parse((await scene.post('/api', request, { password })).text);
    const decl = { flake: true, url: 'github:owner/demo/main' };
    const create = { Project: ['demo', { NewJobset: { name: 'j', decl } }] };
    expect(await raw(create)).toEqual({ Ok: 'Ok' });
    expect(await raw(create)).toEqual({ Err: 'InternalError' });
    const evaluate = { Jobset: [{ project: 'demo', name: 'j' }, { Evaluate: true }] };
    expect(await raw(evaluate)).toEqual({ Ok: { JobsetEvaluate: uuid } });
    expect(scene.typhon.evaluations).toMatchObject([{ revision: tip, jobset: 'j' }]);
    expect(await raw({ Project: ['demo', { DeleteJobset: { name: 'j' } }] })).toEqual({ Ok: 'Ok' });
    expect(await raw(evaluate)).toEqual({
      Err: { ResourceNotFound: 'Jobset demo:j was not found' },
    });
    expect(await scene.post('/api', { Nonsense: 1 })).toMatchObject({ status: 400 });
  });

  test('what is not there', async () => {
    const scene = await scripted();
    const stranger = '01900000-0000-7000-8000-000000000000';
    const text = `Resource not found: Evaluation ${stranger} was not found`;
    expect(await scene.ask(`/api/evaluations/${stranger}`)).toEqual({ status: 404, text });
    expect(await scene.ask(`/api/builds/${stranger}/log`)).toMatchObject({ status: 404 });
    expect(await scene.ask('/api/evaluations/nonsense')).toMatchObject({ status: 404 });
    expect(await scene.ask('/elsewhere')).toMatchObject({ status: 404 });
  });
});
