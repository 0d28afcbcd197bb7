import { describe, expect, test } from 'vitest';
import { scripted, zeros } from './fixture.ts';
import { githubFlakes } from './flakes.ts';

const ok = { status: 200, text: '' };
const failed = { status: 400, text: 'Bad request: Webhook failure' };
const one = '1'.repeat(40);

describe('what the stock webhook action does', () => {
  test('a branch that was created becomes a jobset, and is evaluated', async () => {
    const scene = await scripted();
    const tip = scene.branch('orthrus/pr-1');
    expect(await scene.announce('orthrus/pr-1', zeros, tip)).toEqual(ok);
    const { typhon, repository } = scene;
    expect(typhon.jobsets('demo')).toEqual(['orthrus/pr-1']);
    expect(typhon.evaluations).toMatchObject([
      {
        jobset: 'orthrus/pr-1',
        revision: tip,
        url: `git+file://${repository.bare}?ref=refs%2Fheads%2Forthrus%2Fpr-1&rev=${tip}`,
      },
    ]);
    expect(typhon.webhooks).toMatchObject([
      {
        project: 'demo',
        branch: 'orthrus/pr-1',
        before: zeros,
        after: tip,
        request: { status: 200 },
      },
    ]);
  });

  test('one that has its jobset already is refused, and not evaluated either', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    scene.typhon.createJobset('demo', 'main');
    const refused = { status: 500, text: 'Internal server error' };
    expect(await scene.announce('main', zeros, tip)).toEqual(refused);
    expect(scene.typhon.evaluations).toEqual([]);
    expect(await scene.announce('main', one, tip)).toEqual(ok);
    expect(scene.typhon.evaluations).toMatchObject([{ revision: tip }]);
  });

  test('a branch that was deleted loses its jobset, and is a stranger from then on', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    await scene.announce('main', zeros, tip);
    expect(await scene.announce('main', tip, zeros)).toEqual(ok);
    expect(scene.typhon.jobsets('demo')).toEqual([]);
    const unknown = { status: 404, text: 'Resource not found: Jobset demo:main was not found' };
    expect(await scene.announce('main', one, tip)).toEqual(unknown);
    expect(scene.typhon.evaluations).toHaveLength(1);
  });

  test('what is not signed, or signed with more than the body, fails the action', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    const body = JSON.stringify({ ref: 'refs/heads/main', before: zeros, after: tip });
    expect(await scene.webhook(body, { 'x-hub-signature-256': 'sha256=00' })).toEqual(failed);
    expect(await scene.webhook(`${body}\n`)).toEqual(failed);
    const large = JSON.stringify({
      ref: 'refs/heads/main',
      before: zeros,
      after: tip,
      pad: one.repeat(2000),
    });
    expect(await scene.webhook(large)).toEqual(failed);
    expect(await scene.webhook('{}')).toEqual(failed);
    expect(scene.typhon.webhooks).toEqual([]);
    expect(scene.typhon.jobsets('demo')).toEqual([]);
  });

  test('other events are taken without a word', async () => {
    const scene = await scripted();
    expect(await scene.webhook('{"zen":"…"}', { 'x-github-event': 'ping' })).toEqual(ok);
    expect(scene.typhon.requests).toMatchObject([
      { method: 'POST', status: 200, body: '{"zen":"…"}' },
    ]);
    expect(scene.typhon.webhooks).toEqual([]);
  });

  test('projects and branches that are not there', async () => {
    const scene = await scripted();
    const unknown = await scene.ask('/api/projects/other/webhook', { method: 'POST', body: '{}' });
    expect(unknown).toEqual({
      status: 404,
      text: 'Resource not found: Project other was not found',
    });
    const { status, text } = await scene.announce('gone', zeros, one);
    expect(status).toBe(400);
    expect(text).toContain("could not find the branch 'gone'");
    // The jobset was made before the branch was looked for.
    expect(scene.typhon.jobsets('demo')).toEqual(['gone']);
  });
});

describe('while a webhook takes its time', () => {
  test('the branch is locked where it is when its turn has come, not where it was announced', async () => {
    const scene = await scripted();
    const announced = scene.branch('main');
    const hold = scene.typhon.faults.holdWebhook('lock');
    const answer = scene.announce('main', zeros, announced);
    await hold.reached;
    const moved = scene.branch('main');
    hold.release();
    expect(await answer).toEqual(ok);
    expect(scene.typhon.webhooks).toMatchObject([{ after: announced }]);
    expect(scene.typhon.evaluations).toMatchObject([{ revision: moved }]);
  });

  test('an evaluation may end before the answer', async () => {
    const scene = await scripted();
    scene.work.evaluates = () => ({ jobs: [] });
    const tip = scene.branch('main');
    const hold = scene.typhon.faults.holdWebhook('answer');
    const answer = scene.announce('main', zeros, tip);
    await scene.typhon.until(
      () => scene.typhon.evaluations[0]?.task.kind === 'success',
      'the end of the evaluation',
    );
    expect(scene.typhon.webhooks[0]?.request.status).toBe('pending');
    hold.release();
    expect(await answer).toEqual(ok);
  });

  test('two at once are counted', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    scene.typhon.createJobset('demo', 'main');
    await scene.announce('main', one, tip);
    expect(scene.typhon.mostWebhooksAtOnce('demo')).toBe(1);
    const hold = scene.typhon.faults.holdWebhook('action');
    const slow = scene.announce('main', one, tip);
    await hold.reached;
    await scene.announce('main', one, tip);
    hold.release();
    await slow;
    expect(scene.typhon.mostWebhooksAtOnce('demo')).toBe(2);
  });

  test('whoever gives up gets no command begun after that', async () => {
    const scene = await scripted();
    const tip = scene.branch('main');
    const hold = scene.typhon.faults.holdWebhook('action');
    const patience = new AbortController();
    const asked = scene.announce('main', zeros, tip, patience.signal);
    await hold.reached;
    patience.abort();
    await expect(asked).rejects.toThrow(/abort/);
    const { typhon } = scene;
    await typhon.until(() => typhon.requests[0]?.status === 'gone', 'the connection to be gone');
    hold.release();
    await scene.typhon.settled();
    expect(scene.typhon.jobsets('demo')).toEqual([]);
  });
});

test('the flake URLs of a project at GitHub', async () => {
  const { repository } = await scripted();
  const scene = await scripted({
    projects: { demo: { repository: repository.bare, flakes: githubFlakes('owner/demo') } },
  });
  const tip = repository.commit(null, { a: 'a' });
  repository.push('refs/heads/orthrus/pr-1', tip);
  expect(await scene.announce('orthrus/pr-1', zeros, tip)).toEqual(ok);
  expect(await scene.get('/api/projects/demo/jobsets/orthrus%2Fpr-1')).toEqual({
    handle: { project: 'demo', name: 'orthrus/pr-1' },
    flake: true,
    url: 'github:owner/demo/orthrus/pr-1',
  });
  expect(scene.typhon.evaluations[0]?.url).toMatch(
    new RegExp(`^github:owner/demo/${tip}\\?narHash=sha256-`),
  );
});
