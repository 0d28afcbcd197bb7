import { expect, test } from 'vitest';
import { api } from './openapi.ts';
import { operations } from './router.ts';
import { smallWorld } from './small-world.ts';
import { pullJson } from './shapes/pull.ts';
import { Validation } from './validation.ts';

test('what is served is what GitHub describes, and all of what was extracted', () => {
  const described = Object.entries(api().doc.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.toSorted()).toEqual(described.toSorted());
});

test('an answer, a question and a webhook that GitHub would not give or take are found', async () => {
  const { github, pull } = await smallWorld();
  const validation = new Validation();
  const asked = {
    operation: 'GET /repos/{owner}/{repo}/pulls',
    path: { owner: 'o', repo: 'r' },
    query: { state: 'open', per_page: '100' },
    body: undefined,
    status: 200,
    answer: [] as unknown,
  };
  validation.exchange(asked);
  expect(validation.violations()).toEqual([]);
  validation.exchange({ ...asked, query: { state: 'ajar' } });
  validation.exchange({ ...asked, query: { stat: 'open' } });
  validation.exchange({ ...asked, answer: [{ number: 1 }] });
  validation.exchange({ ...asked, status: 201 });
  validation.exchange({
    ...asked,
    operation: 'POST /repos/{owner}/{repo}/statuses/{sha}',
    path: { ...asked.path, sha: 'a' },
    query: {},
    body: { state: 'fine' },
    status: 201,
  });
  const { title: _, ...untitled } = pullJson(github.site, pull);
  const payload = { action: 'synchronize', number: 1, before: 'a', after: 'b' };
  validation.webhook(
    'pull-request-synchronize',
    JSON.stringify({ ...payload, pull_request: untitled }),
  );
  validation.webhook('star-created', '{}');
  expect(validation.violations()).toEqual([
    expect.stringMatching(/query: data\/state must be equal to one of the allowed values/),
    expect.stringMatching(/query: data must NOT have additional properties/),
    expect.stringMatching(/200: data\/0 must have required property/),
    'GET /repos/{owner}/{repo}/pulls: 201 is no answer of it',
    expect.stringMatching(/body: data\/state must be equal to one of the allowed values/),
    expect.stringMatching(/201: data must be object/),
    expect.stringMatching(/^webhook pull-request-synchronize: data/),
    'webhook star-created is not in openapi.json',
  ]);
});
