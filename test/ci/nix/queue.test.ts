import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, Laboratory, sleep } from './laboratory.ts';

let lab: Laboratory;
beforeEach(async () => {
  lab = await Laboratory.make();
});
afterEach(() => lab.clear());

test('C3 a build whose turn has not come is queued, and says nothing until it comes', async () => {
  const ci = lab.ci({ parallel: 1 });
  const slowly = 'let f = n: if n == 0 then 0 else f (n - 1); in builtins.seq (f 400000)';
  const first = lab.request(await lab.commit(lab.flake(`{ a = ${slowly} (good "a"); }`)));
  const second = lab.request(
    await lab.commit(
      lab.flake(`{ b = job "b" "${sleep(0)}; echo > $out; echo > $intermediates"; }`),
    ),
    { attempt: 2 },
  );
  await ci.start(first);
  await eventually(() => lab.reports.length > 0, 'the first one');
  await ci.start(second);
  expect(await ci.report(second.stream, second)).toMatchObject({ phase: 'queued', jobs: [] });
  await lab.finished(ci, second);
  const told = lab.reports.filter(({ attempt }) => attempt === 2).map(({ phase }) => phase);
  expect(told.at(0)).toBe('started');
  expect(told.at(-1)).toBe('finished');
});
