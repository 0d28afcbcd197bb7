import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Laboratory } from '../cli/laboratory.ts';
import { runHere } from '../cli/run-here.ts';
import { shareBrowser } from '../doubles/browser.ts';
import { beginning, fillLog } from '../replay/fill-log.ts';
import { pullLife } from '../replay/lives.ts';
import { inspected, lengthen, start } from './inspecting.ts';
import { openReceiver, told, toldCount } from './receiver.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();

test('orthrus inspect shows the recorded run: the statechart, every event with its time, nobody’s name', async () => {
  const receiver = await openReceiver();
  const laboratory = new Laboratory({ inspector: { url: receiver } });
  await laboratory.fill();
  const opened = join(laboratory.folder, 'opened');
  const desktop = join(laboratory.folder, 'xdg-open');
  writeFileSync(
    desktop,
    `#!/bin/sh\nprintf %s "$1" >'${opened}.part'; mv '${opened}.part' '${opened}'\n`,
  );
  chmodSync(desktop, 0o755);
  const inspect = await start(['inspect', 'here:owner/repo#12', '--config', laboratory.config], {
    PATH: `${laboratory.folder}:${process.env['PATH']}`,
    DISPLAY: ':99',
  });
  const { page, errors } = await browser().openPage(inspect.url);
  await expect
    .poll(() => page.getByRole('status').textContent(), patience)
    .toBe('119 messages told, which is all');
  const messages = await told(page);
  expect(messages.map(({ type }) => type).slice(0, 5)).toEqual([
    '@xstate.actor',
    '@xstate.event',
    '@xstate.snapshot',
    '@xstate.event',
    '@xstate.snapshot',
  ]);
  expect(messages[0]?.name).toBe('here:owner/repo#12');
  const { out } = await runHere('machine', '--format', 'json');
  expect(JSON.parse(messages[0]?.definition ?? '')).toEqual(JSON.parse(out));
  expect(messages.at(-1)?.snapshot?.value).toBe('closed');
  const last = pullLife('a', 12).at(-1);
  expect(Number(messages.at(-1)?.createdAt)).toBe(beginning + (last?.at ?? 0));
  expect(JSON.stringify(messages)).not.toContain('"ada"');
  expect(errors).toEqual([]);

  // An inspector that begins again is told all of it again.
  await page.frames()[1]?.evaluate('window.told.length = 0; location.reload()');
  await expect.poll(() => toldCount(page), patience).toBe(119);
  expect(await told(page)).toEqual(messages);

  await expect.poll(() => existsSync(opened), patience).toBe(true);
  expect(readFileSync(opened, 'utf8')).toBe(inspect.url);
  expect((await fetch(inspect.url.replace(/[0-9a-f]{32}/, 'x'))).status).toBe(404);
  expect(await inspect.interrupt()).toBe(0);
});

test('a run of 5,000 events is told to its end, part by part', async () => {
  const receiver = await openReceiver();
  const laboratory = new Laboratory({ inspector: { url: receiver } });
  await laboratory.write(async (db) => {
    await fillLog(db, 'here:r1#12', pullLife('a', 12).slice(0, 20));
    await lengthen(db, 'here:r1#12', 5000);
  });
  const args = ['inspect', 'here:owner/repo#12', '--no-open', '--config', laboratory.config];
  const inspect = await start(args);
  const { page, errors } = await browser().openPage(inspect.url);
  await expect
    .poll(() => page.getByRole('status').textContent(), patience)
    .toBe('10003 messages told, which is all');
  await expect.poll(() => toldCount(page), patience).toBe(10_003);
  expect((await told(page, 10_002))[0]).toMatchObject({
    createdAt: String(beginning + 5000),
    snapshot: { context: { pull: { title: 'title 5000' } } },
  });
  expect(errors).toEqual([]);
});

test('serve --inspect shows all pull requests as they go on, one that is new too', async () => {
  const receiver = await openReceiver();
  const { story, url, close } = await inspected({ inspector: { url: receiver } });
  const { page, errors } = await browser().openPage(`${url}/inspect`);
  const names = async (): Promise<unknown[]> =>
    (await told(page)).flatMap(({ name }) => (name === undefined ? [] : [name]));
  await expect.poll(names, patience).toEqual(['here:o/r#1']);
  const before = await told(page);
  expect(before.at(-1)?.snapshot?.value).toBe('building');

  story.pushPull(2, story.repository.at('refs/heads/main'), { 'b.c': 'new' });
  await story.look();
  await story.until(2, 'building');
  const events = await story.events(2);
  await expect.poll(() => toldCount(page), patience).toBe(before.length + 3 + 2 * events.length);
  expect(await names()).toEqual(['here:o/r#1', 'here:o/r#2']);
  const fresh = (await told(page, before.length)).filter(({ type }) => type === '@xstate.event');
  expect(fresh.map(({ event, createdAt }) => [event?.type, Number(createdAt)])).toEqual([
    ['xstate.init', events[0]?.recordedAt],
    ...events.map(({ data, recordedAt }) => [data.type, recordedAt]),
  ]);
  expect((await told(page)).at(-1)?.snapshot?.value).toBe('building');
  expect(errors).toEqual([]);
  // The end of the service ends it.
  await close();
  await expect
    .poll(() => page.getByRole('status').textContent(), patience)
    .toContain('which is all');
});

test('nobody but the inspector itself is told', async () => {
  const receiver = await openReceiver();
  const { url } = await inspected({ inspector: { url: receiver } });
  const { page } = await browser().openPage(`${url}/inspect`);
  await expect.poll(() => toldCount(page), patience).toBe(3);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  // Another window says what the inspector says. The second message comes after the first was taken.
  await page.evaluate(`new Promise((resolve) => {
    addEventListener('message', ({ data }) => data === 'last' && resolve());
    for (const data of [{ type: '@statelyai.connected' }, 'last']) window.postMessage(data, '*');
  })`);
  await page.evaluate("fetch('assets/inspect.js')");
  expect(asked).toEqual([`${url}/assets/inspect.js`]);
  const policy = (await fetch(`${url}/inspect`)).headers.get('content-security-policy');
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain(`frame-src ${new URL(receiver).origin};`);
});

test('without --inspect there is no such page, and only recorded runs', async () => {
  const { url, story } = await inspected({}, false);
  for (const path of ['inspect', 'api/inspect']) {
    const answer = await fetch(`${url}/${path}`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('start the service with --inspect');
  }
  const answer = await fetch(`${url}/api/pulls/here/o/r/1/inspect`);
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).toHaveLength(3 + 2 * (await story.events(1)).length);
  expect((await fetch(`${url}/api/pulls/here/o/r/9/inspect`)).status).toBe(404);
});
