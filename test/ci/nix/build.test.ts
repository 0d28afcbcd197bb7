import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Laboratory } from './laboratory.ts';

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
