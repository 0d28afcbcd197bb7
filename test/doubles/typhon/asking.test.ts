import { expect, test } from 'vitest';
import { z } from 'zod';
import { password, scripted, zeros } from './fixture.ts';

const one = '1'.repeat(40);
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
const evaluations = z.object({
  total: z.number(),
  results: z.object({ Evaluations: z.array(z.string()) }),
});

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
