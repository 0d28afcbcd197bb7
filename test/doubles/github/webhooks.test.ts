import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { at, endpoint, octokitFor, type Received, smallWorld, workplace } from './small-world.ts';

const secret = 'a secret';

async function listening(options: Parameters<typeof smallWorld>[0] = {}) {
  const world = await smallWorld(options);
  const place = await endpoint();
  const hook = world.github.hook(world.repository, { url: place.url, secret });
  await world.github.settled();
  const names = (): string[] => place.received.splice(0).map(({ name }) => name);
  return { ...world, place, hook, names };
}

const bodyOf = (received: Received | undefined): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(received?.body ?? '{}'));

test('webhooks are signed over their bytes, and tell the state of the moment', async () => {
  const { github, place, repository, pull, base, head } = await listening();
  const next = repository.git.commit(head, { 'b.c': 'new\n', 'a.c': null });
  await github.people.update(pull, next);
  await github.settled();
  expect(place.received.map(({ name }) => name)).toEqual([
    'ping',
    'push',
    'pull_request.synchronize',
  ]);
  for (const { headers, body } of place.received) {
    const digest = createHmac('sha256', secret).update(body).digest('hex');
    expect(headers).toMatchObject({
      'x-hub-signature-256': `sha256=${digest}`,
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-github-hook-id': expect.stringMatching(/^\d+$/),
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'content-type': 'application/json',
    });
  }
  expect(bodyOf(place.received[1])).toMatchObject({
    ref: 'refs/heads/feature',
    before: head,
    after: next,
    forced: false,
    commits: [{ id: next, added: ['b.c'], removed: ['a.c'], modified: [] }],
    pusher: { name: 'ada' },
    repository: { id: repository.id, full_name: 'o/r', clone_url: `${github.url}/o/r.git` },
  });
  expect(bodyOf(place.received[2])).toMatchObject({
    number: 1,
    before: head,
    after: next,
    pull_request: {
      head: { sha: next, repo: { full_name: 'o/r' } },
      base: { sha: base, repo: { default_branch: 'main' } },
      author_association: 'COLLABORATOR',
      draft: false,
      labels: [],
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
    sender: { login: 'ada' },
  });
});

test('the life of a pull request, as its webhooks tell it', async () => {
  const { github, names, repository, pull, base, head } = await listening();
  const { people } = github;
  const told = async (): Promise<string[]> => {
    await github.settled();
    return names();
  };
  await told();
  await people.push(repository, 'next', base);
  expect(await told()).toEqual(['create', 'push']);
  await people.label(pull, 'cold');
  await people.unlabel(pull, 'cold');
  await people.draft(pull, true);
  await people.draft(pull, false);
  await people.retarget(pull, 'next');
  await people.retitle(pull, 'Another name');
  await people.close(pull);
  await people.reopen(pull);
  await people.comment(pull, '/orthrus status', 'ada');
  expect(await told()).toEqual([
    'pull_request.labeled',
    'pull_request.unlabeled',
    'pull_request.converted_to_draft',
    'pull_request.ready_for_review',
    'pull_request.edited',
    'pull_request.edited',
    'pull_request.closed',
    'pull_request.reopened',
    'issue_comment.created',
  ]);
  await people.update(pull, repository.git.commit(base, { 'a.c': 'forced' }));
  expect(await told()).toEqual(['push', 'pull_request.synchronize']);
  const commit = await people.merge(pull);
  expect(await told()).toEqual(['push', 'pull_request.closed']);
  expect(pull).toMatchObject({ state: 'closed', merged: { commit } });
  expect(repository.git.parents(commit)).toEqual([base, pull.head.sha]);
  await people.push(repository, 'feature', null);
  expect(await told()).toEqual(['push', 'delete']);
  expect(repository.git.at('refs/pull/1/head')).toBe(pull.head.sha);
  await people.rename(repository, 'new-name');
  await people.transfer(repository, 'other-owner');
  expect(await told()).toEqual(['repository.renamed', 'repository.transferred']);
  expect(head).toBe(pull.heads[0]);
});

test('a pull request is closed with its branch, and merged by a push that contains it', async () => {
  const { github, names, repository, pull, base, head } = await listening();
  await github.people.push(repository, 'second', repository.git.commit(base, { c: '' }));
  const second = await github.people.open(repository, 'second');
  await github.settled();
  names();
  await github.people.push(repository, 'second', null);
  await github.people.push(repository, 'main', repository.git.commit(head, { d: '' }));
  await github.settled();
  expect(names()).toEqual(['push', 'delete', 'pull_request.closed', 'push', 'pull_request.closed']);
  expect(second).toMatchObject({ state: 'closed', merged: null });
  expect(pull.merged).not.toBeNull();
});

test('the merge queue asks for its branch, and takes it away', async () => {
  const { github, place, names, repository, pull, base, head } = await listening();
  const commit = await github.people.enqueue(pull);
  await github.settled();
  const branch = `gh-readonly-queue/main/pr-1-${base}`;
  expect(bodyOf(place.received.at(-1))).toMatchObject({
    action: 'checks_requested',
    merge_group: { head_sha: commit, head_ref: `refs/heads/${branch}`, base_sha: base },
  });
  expect(repository.git.at(`refs/heads/${branch}`)).toBe(commit);
  expect(repository.git.parents(commit)).toEqual([base, head]);
  names();
  await github.people.dequeue(pull, 'merged');
  await github.settled();
  expect(names()).toEqual([
    'push',
    'pull_request.closed',
    'merge_group.destroyed',
    'push',
    'delete',
    'pull_request.dequeued',
  ]);
  expect(repository.git.at('refs/heads/main')).toBe(commit);
  expect(repository.git.at(`refs/heads/${branch}`)).toBeNull();
});

test('a client’s doings are told like anybody’s', async () => {
  const { github, names, octokit, token, repository, head } = await listening();
  names();
  await octokit.repos.createCommitStatus({ ...at, sha: head, state: 'success', description: 'x' });
  await octokit.issues.createComment({ ...at, issue_number: 1, body: 'Hello.' });
  const { git } = await workplace(token);
  await git('fetch', '--quiet', `${github.url}/o/r.git`, 'main');
  await git('push', '--quiet', `${github.url}/o/r.git`, 'FETCH_HEAD:refs/heads/orthrus/pr-1');
  await github.settled();
  expect(names()).toEqual(['status', 'issue_comment.created', 'create', 'push']);
  expect(github.ledger.transcript()).toHaveLength(3);
  expect(repository.statuses).toHaveLength(1);
});

test('webhooks are held, reordered, lost and doubled', async () => {
  const { github, names, pull } = await listening();
  names();
  github.deliveries.hold(({ event }) => event === 'pull_request');
  await github.people.label(pull, 'one');
  await github.people.draft(pull, true);
  await github.people.close(pull);
  await github.people.comment(pull, 'hello');
  await github.settled();
  expect(names()).toEqual(['issue_comment.created']);
  const [labeled, draft, closed] = github.deliveries.held;
  if (labeled === undefined || draft === undefined || closed === undefined)
    throw new Error('they are not held');
  await github.deliveries.release(closed, labeled);
  github.deliveries.lose(draft);
  expect(names()).toEqual(['pull_request.closed', 'pull_request.labeled']);
  await github.people.reopen(pull);
  github.deliveries.fail(0, ...github.deliveries.held);
  expect(github.deliveries.log(closed.hook)[0]).toMatchObject({
    action: 'reopened',
    attempt: { statusCode: 0 },
  });
  await github.deliveries.flow();
  await github.deliveries.redeliver(closed);
  await github.deliveries.redeliver(closed);
  expect(names()).toEqual(['pull_request.closed', 'pull_request.closed']);
  expect(new Set(github.deliveries.log(labeled.hook).map(({ guid }) => guid)).size).toBe(5);
});

test('what failed is in the log, page by page, and is sent again on demand', async () => {
  const { github, place, names, pull, hook, repository } = await listening({
    deliveryTimeout: 200,
  });
  const admin = github.token('o', repository);
  const octokit = octokitFor(github, admin);
  names();
  place.answers = () => 503;
  await github.people.label(pull, 'refused');
  await github.settled();
  place.answers = () => null;
  await github.settled();
  await github.people.label(pull, 'unanswered');
  await github.settled();
  place.answers = () => 202;
  await github.people.label(pull, 'taken');
  await github.settled();
  const of = { ...at, hook_id: hook.id, per_page: 2 };
  const deliveries = await octokit.paginate(octokit.repos.listWebhookDeliveries, of);
  expect(deliveries.map((one) => `${one.event} ${one.status_code} ${one.status}`)).toEqual([
    'pull_request 202 OK',
    'pull_request 0 failed to connect',
    'pull_request 503 Invalid HTTP Response: 503',
    'ping 202 OK',
  ]);
  expect(github.ledger.requests).toHaveLength(2);
  names();
  const failed = deliveries.filter(({ status_code: code }) => code === 503)[0];
  await octokit.repos.redeliverWebhookDelivery({ ...of, delivery_id: failed?.id ?? 0 });
  await github.settled();
  expect(names()).toEqual(['pull_request.labeled']);
  const { data: again } = await octokit.repos.listWebhookDeliveries(of);
  expect(again[0]).toMatchObject({ guid: failed?.guid, redelivery: true, status_code: 202 });
  const { data: hooks } = await octokit.repos.listWebhooks(at);
  expect(hooks).toMatchObject([{ id: hook.id, active: true, config: { url: place.url } }]);
});
