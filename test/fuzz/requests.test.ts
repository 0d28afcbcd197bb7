import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { allExamples, example } from '../forges/github/signed.ts';
import {
  beginAtGitHub,
  callbackSecret,
  type GitHubStory,
  webhookSecret,
} from '../github/github-story.ts';
import { storePathOf } from '../doubles/scripted-ci.ts';
import { mutated, tries } from './seeds.ts';

/** How much was recorded because somebody sent it. Effects of what came before go on meanwhile. */
async function taken(story: GitHubStory): Promise<number> {
  const rows = await story.service.log.db
    .selectFrom('events')
    .select('position')
    .where((of) =>
      of.or([of('meta', 'like', '%"source":"webhook"%'), of('meta', 'like', '%"source":"ci"%')]),
    )
    .execute();
  return rows.length;
}

/** Sends it signed. What is refused says why, and has left nothing. @returns the status */
async function send(
  story: GitHubStory,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<number> {
  const before = await taken(story);
  const response = await fetch(`${story.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const answer: unknown = await response.json();
  if (response.status >= 500) expect.fail(`${JSON.stringify(answer)} to ${body.slice(0, 2000)}`);
  if (response.status >= 400) {
    expect(answer).toEqual({
      error: { code: expect.stringMatching(/./), message: expect.stringMatching(/.{5}/) },
    });
    expect(await taken(story)).toBe(before);
  }
  return response.status;
}

const signed = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Text that is no JSON any more, or not that JSON. */
const cut = (text: string, at: number | null): string =>
  at === null ? text : text.slice(0, at % text.length);

async function isWell(story: GitHubStory): Promise<void> {
  expect((await fetch(`${story.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${story.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${story.url}/`)).status).toBe(200);
  expect(story.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
}

async function open(ci: Record<string, unknown>): Promise<{ story: GitHubStory; commit: string }> {
  process.env['ORTHRUS_FUZZ_CALLBACK'] = callbackSecret;
  const config = { ...ci, callbackSecret: { env: 'ORTHRUS_FUZZ_CALLBACK' } };
  const story = await beginAtGitHub({ ci: { config } });
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  await story.open('feature', base, { 'a.c': 'first' });
  await story.until(1, 'building');
  await story.github.settled();
  return { story, commit: (await story.build(1)).commit };
}

test('D5 D6 a webhook may hold anything: no 5xx, and what is refused is not there', async () => {
  const { story } = await open({ kind: 'generic' });
  const { id } = story.repository;
  const ours = { id, full_name: 'o/r', name: 'r', node_id: 'R', default_branch: 'main' };
  const used = ['pull_request', 'push', 'issue_comment', 'status', 'check_run', 'merge_group'];
  const payloads = [
    ...used.flatMap((event) => allExamples.filter((of) => of.event === event).slice(0, 5)),
    ...allExamples.filter((_, index) => index % 20 === 0),
    { event: 'pull_request', payload: example('pull_request', 'synchronize') },
  ];
  const delivery = fc.constantFrom(...payloads).chain(({ event, payload }) =>
    fc.record({
      event: fc.constant(event),
      payload: mutated({
        ...payload,
        repository: { ...Object(payload['repository']), ...ours },
        number: 1,
      }),
      at: fc.option(fc.nat(), { freq: 8 }),
      id: fc.uuid(),
    }),
  );
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(delivery, async ({ event, payload, at, id: name }) => {
      const body = cut(JSON.stringify(payload), at) || '{}';
      const headers = {
        'x-github-event': event,
        'x-github-delivery': name,
        'x-hub-signature-256': signed(webhookSecret, body),
      };
      statuses.add(await send(story, '/webhooks/github', body, headers));
    }),
    tries(60),
  );
  expect(statuses).toEqual(new Set([202, 400]));
  await isWell(story);
  // Of what a signed delivery says of a pull request much is believed; of the repository nothing was changed but by us.
  expect(
    story.github.ledger
      .transcript()
      .every((line) => /^(push orthrus|status|react|comment)/.test(line)),
  ).toBe(true);
});

const path = storePathOf('app', 'one');
const outputs = { out: path, intermediates: path };
test.each([
  {
    kind: 'generic',
    options: {},
    message: (commit: string) => ({
      repository: 'o/r',
      commit,
      jobs: [{ name: 'app', state: 'success', drv: `${path}.drv`, outputs, url: 'https://x.org' }],
      complete: false,
    }),
  },
  {
    kind: 'typhon',
    options: { url: 'http://127.0.0.1:1', webhookSecret: { env: 'ORTHRUS_FUZZ_CALLBACK' } },
    message: (commit: string) => ({
      action: 'end',
      input: {
        data: null,
        drv: `${path}.drv`,
        evaluation: 'e',
        flake: true,
        job: 'app',
        jobset: 'pr-1',
        project: 'o/r',
        status: 'success',
        system: 'x86_64-linux',
        url: `git+https://github.com/o/r?ref=x&rev=${commit}`,
      },
      outputs,
    }),
  },
])(
  'D5 C12 what a $kind CI tells may hold anything: no 5xx, and what is refused is not there',
  async ({ kind, options, message }) => {
    const { story, commit } = await open({ kind, ...options });
    const told = fc.record({
      value: mutated(message(commit)),
      at: fc.option(fc.nat(), { freq: 8 }),
    });
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(told, async ({ value, at }) => {
        const body = cut(JSON.stringify(value), at) || '{}';
        const headers = { 'x-orthrus-signature-256': signed(callbackSecret, body) };
        statuses.add(await send(story, '/ci/ci', body, headers));
      }),
      tries(80),
    );
    expect(statuses).toEqual(new Set([202, 400]));
    await story.settle();
    await isWell(story);
    for (const line of story.github.ledger.transcript())
      expect(line).toMatch(/^(push orthrus|status)/);
  },
);
