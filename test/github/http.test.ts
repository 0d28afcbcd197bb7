import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type GitHubStory, openAtGitHub, short, webhookSecret } from './github-story.ts';

interface Sent {
  readonly event?: string;
  readonly id?: string;
  readonly type?: string;
  readonly signature?: string | null;
}

/** Sends a delivery as GitHub does, or as somebody who would like to be it. */
async function send(
  story: GitHubStory,
  body: string | Buffer,
  { event = 'pull_request', id = 'by-hand', type = 'application/json', signature }: Sent = {},
): Promise<{ status: number; answer: unknown }> {
  const signed =
    signature === undefined
      ? `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`
      : signature;
  const response = await fetch(`${story.url}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': type,
      'x-github-event': event,
      'x-github-delivery': id,
      ...(signed === null ? {} : { 'x-hub-signature-256': signed }),
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, answer: await response.json() };
}

/** The body of the delivery that told of the first pull request. */
function openedBody(story: GitHubStory): string {
  const opened = story.github.deliveries.all.find(({ action }) => action === 'opened');
  if (opened === undefined) throw new Error('no delivery');
  return opened.body;
}

async function eventCount(story: GitHubStory): Promise<number> {
  const rows = await story.service.log.db.selectFrom('events').select('position').execute();
  return rows.length;
}

test('D5 what is not from GitHub, or makes no sense, is refused, and nothing is recorded but a counter', async () => {
  const { story, head, build } = await openAtGitHub();
  const before = await eventCount(story);
  const body = openedBody(story);
  const error = (code: string): unknown => ({ error: expect.objectContaining({ code }) });
  expect(await send(story, body, { signature: null })).toEqual({
    status: 401,
    answer: error('unauthorized'),
  });
  expect(await send(story, body, { signature: `sha256=${'0'.repeat(64)}` })).toEqual({
    status: 401,
    answer: error('unauthorized'),
  });
  expect(await send(story, `${body} `, { signature: signatureOf(body) })).toEqual({
    status: 401,
    answer: error('unauthorized'),
  });
  expect(await send(story, body, { type: 'application/x-www-form-urlencoded' })).toEqual({
    status: 415,
    answer: error('unsupported-media-type'),
  });
  expect((await send(story, body.slice(0, -10))).status).toBe(400);
  expect((await send(story, '[]')).status).toBe(400);
  expect((await send(story, '')).status).toBe(400);
  expect((await send(story, Buffer.alloc(25 * 1024 * 1024 + 1, 0x20))).status).toBe(413);
  for (const event of ['deployment', 'no_such_event'])
    expect(await send(story, body, { event })).toEqual({
      status: 202,
      answer: { ignored: `${event}.opened is not used` },
    });
  await story.settle();
  expect(await eventCount(story)).toBe(before);
  const metrics = await (await fetch(`${story.url}/metrics`)).text();
  expect(metrics).toMatch(/^orthrus_deliveries_total\{.*outcome="refused"\} 6$/m);
  for (const status of [413, 415])
    expect(metrics).toMatch(
      new RegExp(`^orthrus_http_requests?_.*_count\\{.*status="${status}".*\\} 1$`, 'm'),
    );
  expect(story.github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

function signatureOf(body: string): string {
  return `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
}

test('D5 answered within a second, also while git and the API hang', async () => {
  const { story, base, pull, head } = await openAtGitHub();
  const { github } = story;
  github.deliveries.hold();
  const hanging = [
    github.faults.add({ trouble: { kind: 'hang' }, on: /^git /, times: Infinity }),
    github.faults.add({ trouble: { kind: 'hang' }, times: Infinity }),
  ];
  story.world.advance(2000);
  const fork = await github.people.fork(story.repository, 'eve');
  await github.people.push(fork, 'evil', fork.git.commit(base, { 'e.c': 'eve' }), 'eve');
  await github.people.open(story.repository, 'evil', { from: fork, by: 'eve' });
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  const told = github.deliveries.held.filter(({ event }) => event === 'pull_request');
  expect(told.map(({ action }) => action)).toEqual(['opened', 'synchronize']);
  const answers: unknown[] = [];
  for (const [index, { body }] of told.entries()) {
    const begun = performance.now();
    answers.push(await send(story, body, { id: `hanging-${index}` }));
    expect(performance.now() - begun).toBeLessThan(1500);
  }
  expect(answers).toEqual([
    // Whether a fork's author may write has to be asked.
    {
      status: 202,
      answer: { ignored: 'it is being looked at; what comes of it will be recorded' },
    },
    // A head of the repository's own is told in full.
    { status: 202, answer: { stream: story.stream(1), version: expect.any(Number) } },
  ]);
  for (const fault of hanging) fault.end();
  await story.stop();
  github.ledger.transcript();
});

test('D6 payloads with unknown fields, without the optional ones, with nulls: taken for what they say', async () => {
  const { story, pull, head } = await openAtGitHub();
  const { github } = story;
  github.deliveries.hold(({ event }) => event === 'pull_request');
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  const [held] = github.deliveries.held;
  const body: Record<string, unknown> = JSON.parse(held?.body ?? '');
  const whole: Record<string, unknown> = JSON.parse(JSON.stringify(body['pull_request']));
  const sent = {
    action: 'synchronize',
    number: 1,
    repository: body['repository'],
    sender: null,
    something: { nobody: ['knows'] },
    pull_request: {
      number: 1,
      state: 'open',
      title: null,
      user: null,
      labels: null,
      head: whole['head'],
      base: whole['base'],
      updated_at: whole['updated_at'],
      new_field: 1,
    },
  };
  expect(await send(story, JSON.stringify(sent), { id: 'lean' })).toEqual({
    status: 202,
    answer: { stream: story.stream(1), version: expect.any(Number) },
  });
  await story.untilSo('the second build is asked for', () => story.ci.builds.size === 2);
  await story.settle();
  expect((await story.context(1)).head).toBe(second);
  // What is no pull request as we know it makes us look.
  const strange = { ...sent, pull_request: { ...sent.pull_request, head: null, base: 7 } };
  expect(await send(story, JSON.stringify(strange), { id: 'strange' })).toMatchObject({
    status: 202,
  });
  const headless = { ...sent, pull_request: { ...sent.pull_request, head: { repo: null } } };
  expect(await send(story, JSON.stringify(headless), { id: 'headless' })).toMatchObject({
    status: 202,
  });
  const nothing = { action: 'synchronize', repository: body['repository'], pull_request: null };
  expect(await send(story, JSON.stringify(nothing), { id: 'nothing' })).toEqual({
    status: 202,
    answer: { ignored: 'pull_request.synchronize names no pull request' },
  });
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect((await story.context(1)).head).toBe(second);
  expect(story.ci.builds.size).toBe(2);
  github.ledger.transcript();
});
