import { createHmac } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { password, secret, zeros } from '../../doubles/typhon/fixture.ts';
import { githubFlakes } from '../../doubles/typhon/flakes.ts';
import { scriptedJob } from '../../doubles/typhon/scripted-work.ts';
import { always, branch, eventually, ref, scriptedLab, stream } from './laboratory.ts';

const hello = scriptedJob('hello', 'announce');

test('a branch is announced as its forge would: three fields, signed, and no newline at the end', async () => {
  const lab = await scriptedLab();
  const commit = lab.commit();
  await lab.ci().start(lab.request(commit));
  expect(lab.announced()).toEqual([`created ${branch} ${commit.slice(0, 7)}`]);
  const { body, headers } = lab.typhon.webhooks[0]?.request ?? { body: '', headers: {} };
  expect(body).toBe(JSON.stringify({ ref, before: zeros, after: commit }));
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  expect(headers).toMatchObject({
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${signature}`,
  });
  expect(JSON.stringify(lab.typhon.requests)).not.toContain(password);
});

test('the next push of a jobset that was evaluated before is announced as one that moved', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [] });
  const ci = lab.ci();
  const first = lab.commit();
  await lab.build(ci, lab.request(first));
  const second = lab.commit();
  await lab.build(ci, lab.request(second, { attempt: 2 }));
  expect(lab.announced()).toEqual([
    `created ${branch} ${first.slice(0, 7)}`,
    `moved ${branch} ${second.slice(0, 7)}`,
  ]);
});

test('E1 a jobset that exists after all, and one that does not, are found out and announced the other way', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  lab.typhon.createJobset('demo', branch);
  const first = lab.commit();
  await ci.start(lab.request(first));
  expect(lab.typhon.evaluations).toMatchObject([{ revision: first }]);
  const other = lab.commit({}, 'orthrus/pr-13');
  await ci.start(lab.request(other, { ref: 'refs/heads/orthrus/pr-13', attempt: 3 }));
  expect(lab.typhon.evaluations).toMatchObject([{ revision: first }, { revision: other }]);
  expect(lab.announced().map((line) => line.split(' ')[0])).toEqual([
    'created',
    'moved',
    'moved',
    'created',
  ]);
});

test('E1 a Typhon that cannot make the jobset is asked again later', async () => {
  const lab = await scriptedLab();
  lab.typhon.faults.newJobset = 'fails';
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  await expect(ci.start(request)).rejects.toMatchObject({ code: 'unavailable' });
  expect(await ci.report(request)).toBeNull();
  lab.typhon.faults.newJobset = 'works';
  await ci.start(request);
  expect(lab.typhon.evaluations).toHaveLength(1);
});

test('E3 a wrong secret is told from everything else, with what to do', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci({ webhookSecret: 'another' });
  await expect(ci.start(lab.request(lab.commit()))).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('webhookSecret'),
  });
  const request = lab.request(lab.commit(), { project: 'nobody' });
  await expect(lab.ci().start(request)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('"nobody"'),
  });
});

test('D4 a branch that Typhon cannot see yet is announced again, and by then its jobset exists', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const commit = lab.scene.repository.commit(null, {});
  await expect(ci.start(lab.request(commit))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`could not look up ${ref}: error: could not find`),
  });
  lab.scene.repository.push(ref, commit);
  await ci.start(lab.request(commit));
  expect(lab.typhon.evaluations).toMatchObject([{ revision: commit }]);
});

test('Typhon builds branches, and nothing else', async () => {
  const lab = await scriptedLab();
  for (const no of ['refs/tags/v1', 'refs/heads/', 'main']) {
    const request = lab.request(lab.commit(), { ref: no });
    await expect(lab.ci().start(request)).rejects.toMatchObject({ code: 'invalid' });
  }
  await expect(lab.ci().start(lab.request('1a2b3c4'))).rejects.toMatchObject({ code: 'invalid' });
  expect(lab.typhon.requests.filter(({ path }) => path.includes('webhook'))).toEqual([]);
});

test('one webhook at a time per project, however many builds are asked for', async () => {
  const lab = await scriptedLab();
  lab.typhon.faults.scanMilliseconds = 20;
  const ci = lab.ci();
  const requests = [1, 2, 3, 4].map((number) => {
    const on = `orthrus/pr-${String(number)}`;
    const name = { ref: `refs/heads/${on}`, stream: `github:1#${String(number)}` };
    return lab.request(lab.commit({}, on), name);
  });
  await Promise.all(requests.map((request) => ci.start(request)));
  expect(lab.typhon.webhooks).toHaveLength(4);
  expect(lab.typhon.mostWebhooksAtOnce('demo')).toBe(1);
});

test('A6 what was asked for is not asked for again, nor what runs or was evaluated on any other account', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  lab.typhon.createJobset('demo', branch);
  // Somebody else's: it still runs.
  await lab.typhon.evaluate('demo', branch);
  await Promise.all([ci.start(request), ci.start(request)]);
  (await lab.work.askedEvaluation(request.commit)).succeed(hello);
  (await lab.work.askedBuild('hello')).succeed();
  expect(await lab.finished(ci, request)).toMatchObject({ jobs: [{ state: 'success' }] });
  await ci.start(request);
  expect(lab.announced()).toEqual([]);
  expect(lab.typhon.evaluations).toHaveLength(1);
});

test('A6 an evaluation of the commit counts however far back it is, and whatever its URL looks like', async () => {
  const scenes = await scriptedLab();
  scenes.work.evaluates = () => ({ jobs: [] });
  const { bare } = scenes.scene.repository;
  const options = { projects: { demo: { repository: bare, flakes: githubFlakes('owner/demo') } } };
  const lab = await scriptedLab(options);
  lab.work.evaluates = () => ({ jobs: [] });
  const commit = scenes.commit();
  lab.typhon.createJobset('demo', branch);
  vi.setSystemTime(Date.now() - 3_600_000);
  await lab.typhon.evaluate('demo', branch);
  vi.useRealTimers();
  for (let other = 0; other < 45; other += 1) {
    if (other % 20 === 0) scenes.commit();
    await lab.typhon.evaluate('demo', branch);
  }
  const ci = lab.ci();
  expect(await lab.build(ci, lab.request(commit))).toMatchObject({ error: null });
  expect(lab.announced()).toEqual([]);
});

test('C10 a second attempt at a commit that did not evaluate is an evaluation of its own', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ error: 'error: nonsense\n' });
  const ci = lab.ci();
  const first = lab.request(lab.commit());
  expect(await lab.build(ci, first)).toMatchObject({ error: { message: 'nonsense' } });
  // By somebody who has lost what was followed, too: the first attempt stands as it came out.
  await lab.ci().start(first);
  expect(lab.typhon.evaluations).toHaveLength(1);

  lab.work.evaluates = () => ({ jobs: [] });
  expect(await lab.build(ci, { ...first, attempt: 2 })).toMatchObject({ attempt: 2, error: null });
  expect(lab.typhon.evaluations).toHaveLength(2);
});

test('C10 a second attempt after jobs that failed builds them again; after a success there is nothing to do', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'failure';
  const ci = lab.ci();
  const first = lab.request(lab.commit());
  expect(await lab.build(ci, first)).toMatchObject({ jobs: [{ state: 'failure' }] });
  lab.work.builds = () => 'success';
  expect(await lab.build(ci, { ...first, attempt: 2 })).toMatchObject({
    jobs: [{ state: 'success' }],
  });
  expect(await lab.build(ci, { ...first, attempt: 3 })).toMatchObject({
    jobs: [{ state: 'success' }],
  });
  expect(lab.typhon.evaluations).toHaveLength(2);
});

test('G1 killed between the announcement of a second attempt and its end, its own failure is not taken for the first one', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ error: 'error: nonsense\n' });
  const request = lab.request(lab.commit());
  const before = lab.ci();
  await lab.build(before, request);
  lab.work.evaluates = () => null;
  await before.start({ ...request, attempt: 2 });
  await before.close();
  (await lab.work.askedEvaluation(request.commit)).fail('error: nonsense again\n');
  await lab.typhon.settled();
  const after = lab.ci();
  expect(await after.report({ ...request, attempt: 2 })).toBeNull();
  expect(await lab.build(after, { ...request, attempt: 2 })).toMatchObject({
    error: { message: 'nonsense again' },
  });
  expect(lab.typhon.evaluations).toHaveLength(2);
});

test('E1 a webhook whose answer never comes has done its work: nothing is announced twice', async () => {
  const lab = await scriptedLab();
  const hold = lab.typhon.faults.holdWebhook('answer');
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  const asked = ci.start(request);
  await hold.reached;
  await lab.reported(ci, request, ({ phase }) => phase === 'started', 'the evaluation');
  // An hour goes by.
  lab.world.advance(3_600_000);
  await asked;
  await ci.start(request);
  expect(lab.typhon.webhooks).toHaveLength(1);
});

test('E8 a Typhon that hangs is given up after a while, and asked again', async () => {
  const lab = await scriptedLab();
  const hold = lab.typhon.faults.holdWebhook('action');
  const ci = lab.ci();
  const request = lab.request(lab.commit());
  const asked = ci.start(request);
  const refusal = asked.catch((error: unknown) => error);
  await hold.reached;
  // Many minutes are nothing unusual.
  lab.world.advance(15 * 60_000);
  expect(await ci.report(request)).toMatchObject({ phase: 'queued', jobs: [] });
  lab.world.advance(3_600_000);
  expect(await refusal).toMatchObject({ code: 'timeout' });
  expect(await ci.report(request)).toBeNull();
  await ci.start(request);
  expect(lab.typhon.evaluations).toHaveLength(1);
});

test('E8 a Typhon that is down, resets connections or fails is unavailable, until it is back', async () => {
  const lab = await scriptedLab();
  const ci = lab.ci({ pollEvery: always });
  const request = lab.request(lab.commit());
  for (const line of ['refused', 'reset'] as const) {
    await lab.typhon.line(line);
    await expect(ci.start(request)).rejects.toMatchObject({ code: 'unavailable' });
  }
  await lab.typhon.line('hung');
  const refusal = ci.start(request).catch((error: unknown) => error);
  await eventually(async () => (await ci.report(request)) !== null, 'the question');
  lab.world.advance(60_000);
  expect(await refusal).toMatchObject({ code: 'timeout' });
  await lab.typhon.line('open');
  lab.typhon.faults.failing = () => true;
  await expect(ci.start(request)).rejects.toMatchObject({ code: 'unavailable' });
  lab.typhon.faults.failing = () => false;
  lab.work.evaluates = () => ({ jobs: [] });
  expect(await lab.build(ci, request)).toMatchObject({ error: null, jobs: [] });
});

test('A4 what is cancelled before its turn has come is never announced', async () => {
  const lab = await scriptedLab();
  const hold = lab.typhon.faults.holdWebhook('action');
  const ci = lab.ci();
  const first = lab.request(lab.commit());
  const second = lab.request(lab.commit(), { attempt: 2 });
  const asked = [ci.start(first)];
  await hold.reached;
  asked.push(ci.start(second));
  await ci.cancel(second);
  hold.release();
  await Promise.all(asked);
  expect(lab.announced()).toEqual([`created ${branch} ${first.commit.slice(0, 7)}`]);
  expect(await ci.report(second)).toBeNull();
  expect(await ci.report(first)).not.toBeNull();
});

test('branches that are built as themselves go the same way', async () => {
  const lab = await scriptedLab();
  lab.work.evaluates = () => ({ jobs: [hello] });
  lab.work.builds = () => 'success';
  const main = lab.request(lab.commit({}, 'main'), {
    ref: 'refs/heads/main',
    stream: `${stream.split('#')[0] ?? ''}@main`,
    attempt: 7,
  });
  expect(await lab.build(lab.ci(), main)).toMatchObject({ jobs: [{ state: 'success' }] });
  expect(lab.typhon.jobsets('demo')).toEqual(['main']);
});
