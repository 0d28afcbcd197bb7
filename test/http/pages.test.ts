import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built, failed, keyOf } from '../doubles/scripted-ci.ts';
import { openSite, page, shareSite, token } from './site.ts';

const shared = shareSite();

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const hostile = `<script>alert("1")</script>'&\``;

test('F5 no name becomes HTML: titles, jobs, errors, states, links', async () => {
  const { story, get } = await openSite({ subject: hostile });
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(
    build,
    built(hostile, 'first', { url: 'javascript:alert(1)' }),
    failed(`b"onclick="${hostile}`, { error: hostile, url: 'https://ci.example.org/"><script>' }),
  );
  await story.until(1, 'idle');
  for (const path of ['/', page, `/pulls/here/o/${encodeURIComponent(hostile)}/1`]) {
    const response = await get(path, browser);
    const text = withoutOwnScripts(await response.text());
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).not.toMatch(/<script|href="javascript|"onclick/i);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const text = await (await get(page)).text();
  expect(text).toContain(`&lt;script>alert(&quot;1&quot;)&lt;/script>'&amp;\``);
  expect(text).toContain('href="https://ci.example.org/&quot;>&lt;script>"');
});

/** A page less its own script, which is a file, and its data, which nothing in it ends. */
function withoutOwnScripts(text: string): string {
  return text
    .replace(/<script type="module" src="\/assets\/[\w-]+\.js"><\/script>/, '')
    .replace(/<script type="application\/json" id="data">[^<]*<\/script>/, '');
}

test('F3 no page and no answer holds the token', async () => {
  const { get } = shared();
  for (const path of [
    '/',
    '/overview',
    page,
    '/api/list',
    '/api/overview',
    `/api${page}`,
    `/api${page}/events`,
    '/metrics',
  ])
    expect(await (await get(path)).text()).not.toContain(token);
});

test('the page of a pull request: state, verdict, builds with their reasons, statuses, events', async () => {
  const { story, get, head } = await openSite();
  const build = await story.build(1);
  story.ci.begin(build);
  await story.settle();
  expect(await (await get(page)).text()).toContain(`building ${head.slice(0, 7)}`);
  story.ci.finish(build, built('hello', 'first'), failed('world'));
  await story.until(1, 'idle');
  await story.record(1, { type: 'build.lost', commit: build.commit, attempt: 1 });
  const text = await (await get(page)).text();
  for (const part of [
    'cold: nothing built before',
    'world failed',
    'it broke',
    `title="${head}"`,
    `href="${page}/log/1?job=hello"`,
    'refs/pull/1/head',
    'not handled',
    'published',
    'orthrus/pr-1',
  ])
    expect(text).toContain(part);
  const list = await (await get('/')).text();
  expect(list).toContain(`href="${page}"`);
  expect(list).toContain('here:o/r#1');
  const earlier = eventsIn(await (await get(`${page}?before=2`)).text());
  expect(earlier).toContain('pull.observed');
  expect(earlier).not.toContain('overlay.pushed');
});

/** What of a page is the list of its events. */
function eventsIn(text: string): string {
  return /<table class="events">.*?<\/table>/s.exec(text)?.[0] ?? '';
}

test('a step of a run has an address, and its page shows how all stood then', async () => {
  const { story, get } = await openSite();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, failed('hello'));
  await story.until(1, 'idle');
  const events = await story.events(1);
  const finished = events.find(({ data }) => data.type === 'build.finished');
  const at = (finished?.version ?? 0) - 1;
  const before = await (await get(`${page}?at=${at}`)).text();
  expect(before).toMatch(/id="state-building" class="[^"]*\bcurrent\b/);
  expect(before).not.toMatch(/id="state-idle" class="[^"]*\bcurrent\b/);
  expect(before).toContain(`<b>${at}</b> of ${events.length}`);
  const newest = await (await get(page)).text();
  expect(newest).toContain(`href="?at=${at}#timeline">Go back to before it failed</a>`);
  expect(newest).toMatch(/id="state-idle" class="[^"]*\bcurrent\b/);
  // What was never reached, and what is past the end, is the nearest that there is.
  expect(await (await get(`${page}?at=9999`)).text()).toContain(`<b>${events.length}</b> of`);
  expect((await get(`${page}?at=0`)).status).toBe(400);
});

test('without an operator’s token the page says so, and offers nothing', async () => {
  const { get } = await openSite({ config: { operatorToken: undefined } });
  const text = await (await get(page)).text();
  expect(text).toContain('the configuration has no <code>operatorToken</code>');
  expect(text).not.toContain('orthrus rebuild');
  expect(await (await shared().get(page)).text()).toContain('orthrus rebuild');
});

test('errors are pages for people and JSON for programs', async () => {
  const { get } = shared();
  const forPeople = await get('/pulls/here/o/r/9', browser);
  expect(forPeople.status).toBe(404);
  expect(await forPeople.text()).toContain('nothing is known of here:o/r#9');
  const forPrograms = await get('/nothing');
  expect(await forPrograms.json()).toEqual({
    error: { code: 'not-found', message: 'there is nothing here' },
  });
  expect(forPrograms.headers.get('x-powered-by')).toBe(null);
});

test('what goes wrong inside stays inside, and a list of nothing says what will be in it', async () => {
  const { story, get } = await openSite();
  await story.service.log.db.updateTable('builds').set({ jobs: 'not JSON' }).execute();
  const answer = await get(`/api${page}`);
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({
    error: { code: 'internal', message: 'something went wrong here; the log says what' },
  });

  await story.service.log.db.deleteFrom('pulls').execute();
  expect(await (await get('/')).text()).toContain('Nothing has been seen yet');
});

test('logs are text, of builds and jobs that there are', async () => {
  const { story, get } = await openSite();
  const build = await story.build(1);
  const file = join(story.directory, 'a.log');
  writeFileSync(file, '<script>alert(1)</script>\nbuilding…\n');
  story.ci.logs.set(`${keyOf(build)} ../a b`, file);
  story.ci.logs.set(`${keyOf(build)} evaluation`, file);
  for (const query of ['', `?job=${encodeURIComponent('../a b')}`]) {
    const log = await get(`${page}/log/1${query}`);
    expect(log.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(log.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await log.text()).toContain('<script>');
  }
  for (const path of [
    'log/2',
    'log/1?job=other',
    'log/x',
    'log/..%2f..%2fa.log',
    'log/0',
    'log/1e9',
  ])
    expect((await get(`${page}/${path}`)).status).toBe(404);
  story.ci.logs.set(`${keyOf(build)} gone`, join(story.directory, 'gone.log'));
  expect((await get(`${page}/log/1?job=gone`)).status).toBe(404);
});

test('below a path, when that is where people find it', async () => {
  const { get } = await openSite({ config: { publicUrl: 'https://ci.example.org/orthrus/' } });
  expect(await (await get('/')).text()).toContain(`href="/orthrus${page}"`);
  const text = await (await get(page)).text();
  expect(text).toMatch(/href="\/orthrus\/assets\/style-\w+\.css"/);
  expect(text).toContain(`"api":"/orthrus/api${page}"`);
});
