import { expect, test } from 'vitest';
import { scriptedJob } from '../../doubles/typhon/scripted-work.ts';
import { branch, ref, scriptedLab } from './laboratory.ts';

const jobset = { project: 'demo', ref };

test('B1 a branch that is gone is forgotten, and its build is not followed any more', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  await ci.start(request);
  await ci.deleteJobset(jobset);
  expect(lab.typhon.jobsets('demo')).toEqual([]);
  expect(lab.announced().at(-1)).toBe(`deleted ${branch}`);
  expect(await ci.report(request)).toBeNull();
  (await lab.work.askedEvaluation(request.commit)).succeed(scriptedJob('hello', 'delete'));
  (await lab.work.askedBuild('hello')).succeed();
  await lab.typhon.settled();
  expect(lab.reports.filter(({ phase }) => phase === 'finished')).toEqual([]);
});

test('B4 a branch that Typhon does not know, or not any more, is as good as forgotten', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  await ci.deleteJobset(jobset);
  await ci.start(lab.request(lab.commit()));
  await ci.deleteJobset(jobset);
  await ci.deleteJobset(jobset);
  expect(lab.typhon.jobsets('demo')).toEqual([]);
});

test('B3 a branch that comes back is a jobset again, whatever is remembered of it', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [] });
  const ci = lab.ci();
  await lab.build(ci, lab.request(lab.commit()));
  await ci.deleteJobset(jobset);
  await lab.build(ci, lab.request(lab.commit(), { attempt: 2 }));
  expect(lab.typhon.jobsets('demo')).toEqual([branch]);
});

test('E8 a Typhon that is down is asked to forget later', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  await ci.start(lab.request(lab.commit()));
  await lab.typhon.line('refused');
  await expect(ci.deleteJobset(jobset)).rejects.toMatchObject({ code: 'unavailable' });
  await lab.typhon.line('open');
  lab.typhon.faults.failing = ({ path }) => path.includes('webhook');
  await expect(ci.deleteJobset(jobset)).rejects.toMatchObject({ code: 'unavailable' });
  lab.typhon.faults.failing = () => false;
  await ci.deleteJobset(jobset);
  expect(lab.typhon.jobsets('demo')).toEqual([]);
});
