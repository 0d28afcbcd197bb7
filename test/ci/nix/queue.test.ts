import { readFile, writeFile } from 'node:fs/promises';
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
  expect(await ci.report(second)).toMatchObject({ phase: 'queued', jobs: [] });
  await lab.finished(ci, second);
  const told = lab.reports.filter(({ attempt }) => attempt === 2).map(({ phase }) => phase);
  expect(told.at(0)).toBe('started');
  expect(told.at(-1)).toBe('finished');
});

test('C17 a patient build gets its turn after everything else that waits, also what was asked for later', async () => {
  const ci = lab.ci({ parallel: 1 });
  // The first one builds until the others wait for their turn: what they build is known.
  const othersWait = lab.file('all-wait');
  const job = (name: string) =>
    `echo ${name} >> ${lab.file('order')}; while [ ! -e ${othersWait} ]; do ${sleep(0.05)}; done; echo > $out; echo > $intermediates`;
  const ask = async (attempt: number, patient: boolean) => {
    const jobs = lab.flake(`{ a = job "j${attempt}" "${job(String(attempt))}"; }`);
    const ref = `refs/heads/orthrus/pr-${attempt}`;
    const request = lab.request(await lab.commit(jobs, ref), { ref, attempt, patient });
    await ci.start(request);
    return request;
  };
  await ask(1, false);
  const patient = await ask(2, true);
  const later = await ask(3, false);
  await eventually(
    () =>
      [2, 3].every((attempt) =>
        lab.reports.some((report) => report.attempt === attempt && report.jobs.length > 0),
      ),
    'their evaluation',
  );
  await writeFile(othersWait, '');
  await Promise.all([lab.finished(ci, patient), lab.finished(ci, later)]);
  expect(await readFile(lab.file('order'), 'utf8')).toBe('1\n3\n2\n');
});
