import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import {
  api,
  errorAnswer,
  eventsAnswer,
  listAnswer,
  openSite,
  page,
  pullAnswer,
  read,
  replayAnswer,
  shareSite,
} from './site.ts';

const shared = shareSite();

test('C18 a pull request, with the reason of every job for being warm or cold', async () => {
  const { story, get, head } = await openSite();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const pull = await read(await get(api), pullAnswer);
  expect(pull).toMatchObject({
    pull: 'here:o/r#1',
    stream: story.stream(1),
    kind: 'pull',
    forge: 'here',
    repository: 'o/r',
    number: 1,
    branch: null,
    state: 'idle',
    held: null,
    head,
    tip: story.tip(1),
    verdict: 'success',
    description: expect.stringContaining('1 of 1 jobs built'),
    version: (await story.events(1)).length,
    page,
    waitsFor: null,
    pending: [],
    statuses: [{ commit: head, context: 'orthrus', state: 'success', delivery: 'published' }],
    builds: [
      {
        attempt: 1,
        commit: build.commit,
        head,
        verdict: 'success',
        log: `${page}/log/1`,
        jobs: [
          {
            name: 'hello',
            state: 'success',
            built: true,
            milliseconds: 1000,
            reason: 'cold: nothing built before',
            log: `${page}/log/1?job=hello`,
          },
        ],
      },
    ],
  });
});

test('what a pull request waits for, and the effects that are still to come', async () => {
  const { story, get, head } = await openSite();
  // Minutes later it is told in minutes, however many seconds the looking takes.
  story.world.advance(5 * 60_000);
  const asked = await read(await get(api), pullAnswer);
  expect(asked.waitsFor).toBe(
    `waiting for the CI to start the build of ${head.slice(0, 7)}, since 5 min (given up in 10 min); next: record the cache`,
  );
  expect(asked.accepts).toEqual(expect.arrayContaining(['build.started', 'rebuild.requested']));
  const { pulls } = await read(await get('/api/pulls'), listAnswer);
  expect(pulls[0]?.waitsFor).toBe(asked.waitsFor);
  expect(asked.pending).toEqual([
    {
      id: expect.stringContaining(story.stream(1)),
      kind: 'timer',
      type: 'timer.start',
      lane: 'timer',
      attempts: 0,
      runAt: expect.any(Number),
      lastError: null,
    },
  ]);
  story.ci.begin(await story.build(1));
  await story.settle();
  story.world.advance(2 * 60_000);
  const begun = await read(await get(api), pullAnswer);
  expect(begun.waitsFor).toBe(`building ${head.slice(0, 7)}, since 2 min; next: record the cache`);
  expect(begun.accepts).not.toContain('build.started');
});

test('pull requests by forge, repository and state, page by page', async () => {
  const { story, get, deliver, head } = await openSite({ repository: { branches: ['main'] } });
  story.repository.push('refs/pull/2/head', head);
  await deliver('two', 'refs/pull/2/head');
  await story.settle();
  const names = async (query: string): Promise<string[]> => {
    const { pulls } = await read(await get(`/api/pulls${query}`), listAnswer);
    return pulls.map(({ pull }) => pull).toSorted();
  };
  const all = ['here:o/r#1', 'here:o/r#2', 'here:o/r@main'];
  expect(await names('')).toEqual(all);
  expect(await names('?state=open&forge=here&repository=o%2Fr')).toEqual(all);
  expect(await names('?state=building')).toEqual(all);
  expect(await names('?state=closed')).toEqual([]);
  expect(await names('?state=build')).toEqual([]);
  expect(await names('?forge=there')).toEqual([]);

  const seen: string[] = [];
  let after = '';
  for (let pages = 0; pages < 3; pages += 1) {
    const { pulls, next } = await read(await get(`/api/pulls?limit=1${after}`), listAnswer);
    seen.push(...pulls.map(({ pull }) => pull));
    after = `&after=${encodeURIComponent(next ?? '')}`;
    expect(next === null).toBe(pages === 2);
  }
  expect(seen.toSorted()).toEqual(all);
  expect(seen[0]).toBe('here:o/r#2');
  expect((await get('/api/pulls?after=nonsense')).status).toBe(400);
  expect((await get('/api/pulls?limit=0')).status).toBe(400);
  expect((await get('/api/pulls?state=a&state=b')).status).toBe(400);
});

test('a branch is named by @ and its name, slashes and all', async () => {
  const name = 'release/1.0';
  const { story, get, head } = await openSite({ repository: { branches: [name] } });
  story.repository.push(`refs/heads/${name}`, head);
  await story.look();
  const address = `/api/pulls/here/o/r/${encodeURIComponent(`@${name}`)}`;
  const branch = await read(await get(address), pullAnswer);
  expect(branch).toMatchObject({ kind: 'branch', branch: name, number: null, state: 'building' });
  expect((await get(branch.page)).status).toBe(200);
});

test('events from a version on, the newest last', async () => {
  const { story, get } = shared();
  const told = await story.told(1);
  const { stream, events, next } = await read(await get(`${api}/events`), eventsAnswer);
  expect(stream).toBe(story.stream(1));
  expect(next).toBe(null);
  expect(events.map(({ type }) => type)).toEqual(told);
  expect(events[0]).toMatchObject({
    version: 1,
    type: 'pull.observed',
    state: 'merging.fetching',
    handled: true,
    held: false,
    source: 'reconcile',
    data: { pull: { number: 1 } },
    recordedAt: expect.any(Number),
  });
  const some = await read(await get(`${api}/events?after=1&limit=1`), eventsAnswer);
  expect(some.events.map(({ version }) => version)).toEqual([2]);
  expect(some.next).toBe(2);
  expect((await get(`${api}/events?after=-1`)).status).toBe(400);
});

test('state and context after each event, up to a version', async () => {
  const { story, get, head } = shared();
  const { steps } = await read(await get(`${api}/replay?to=2`), replayAnswer);
  expect(steps.map(({ version, state, recorded }) => [version, state, recorded])).toEqual([
    [1, 'merging.fetching', 'merging.fetching'],
    [2, 'merging.pushing', 'merging.pushing'],
  ]);
  expect(steps.map(({ context }) => context.head)).toEqual([head, head]);
  const all = await read(await get(`${api}/replay`), replayAnswer);
  expect(all.steps.at(-1)?.context).toEqual(await story.context(1));
  expect((await get(`${api}/replay?to=x`)).status).toBe(400);
});

test('what is not known is not found', async () => {
  const { get } = shared();
  for (const path of [
    'here/o/r/2',
    'here/o/s/1',
    'there/o/r/1',
    'here/o/r/@main',
    'here/o/r/0x1',
  ]) {
    const answer = await get(`/api/pulls/${path}`);
    expect([path, answer.status]).toEqual([path, 404]);
    expect((await read(answer, errorAnswer)).error.code).toBe('not-found');
  }
});
