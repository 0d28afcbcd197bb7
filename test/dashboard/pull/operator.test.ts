import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { statesOf } from '../../../src/log/direct.ts';
import { violations } from '../accessible.ts';
import { shareBrowser, type TestPage } from '../../doubles/browser.ts';
import { operatorToken, shareSeededSite } from '../seeded-site.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();
const site = shareSeededSite();

async function openLive(path: string): Promise<TestPage> {
  const opened = await browser().openPage(`${site().url}${path}`);
  await opened.page.locator('.live .good').waitFor();
  return opened;
}

/** Everything of a page's browser that may outlive the tab, or be seen by others. */
async function left(page: Page): Promise<string> {
  const storage = await page.evaluate('JSON.stringify([location.href, {...localStorage}])');
  return JSON.stringify([storage, await page.context().cookies()]);
}

const lastEvents = async (stream: string): Promise<object[]> =>
  (
    await site()
      .service.log.db.selectFrom('events')
      .select(['type', 'data'])
      .where('stream', '=', stream)
      .orderBy('version', 'desc')
      .limit(1)
      .execute()
  ).map(({ type, data }) => ({ type, ...JSON.parse(data) }));

test('rebuilt cold, with the keyboard: the token is asked for once, and kept for the tab alone', async () => {
  const { page, errors } = await openLive('/pulls/github/acme/compiler/1483');
  await page.getByRole('button', { name: 'Rebuild cold' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Rebuild cold' });
  expect(await dialog.textContent()).toContain('without the cache');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.type(operatorToken);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.locator('.actions [role=status]').textContent(), patience)
    .toBe('Rebuild cold: recorded as event 45.');
  await expect.poll(() => page.locator('.steps .at').textContent(), patience).toBe('45 of 45');
  expect(await page.locator('.step-view h3').textContent()).toContain('rebuild.requested');
  expect(await dialog.count()).toBe(0);
  expect(await lastEvents('github:4101#1483')).toEqual([
    { type: 'rebuild.requested', cold: true, by: 'operator' },
  ]);
  expect(await left(page)).not.toContain(operatorToken);
  // The next call of the tab needs no token, and says what is to be done all the same.
  await page.goto(`${site().url}/pulls/github/acme/compiler/1477`);
  const button = page.getByRole('button', { name: 'Rebuild cold' });
  await button.click();
  expect(await dialog.getByLabel('token').count()).toBe(0);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count(), patience).toBe(0);
  await expect.poll(() => page.locator(':focus').textContent(), patience).toBe('Rebuild cold');
  expect(errors).toEqual([]);

  // Another tab knows nothing of it.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Rebuild cold' }).click();
  expect(await other.getByLabel('token').count()).toBe(1);
});

test('a head is approved by its name', async () => {
  const { page } = await openLive('/pulls/github/acme/compiler/1480');
  const { head } = await site()
    .service.log.db.selectFrom('pulls')
    .select('head')
    .where('stream', '=', 'github:4101#1480')
    .executeTakeFirstOrThrow();
  await page.getByRole('button', { name: `Approve ${head?.slice(0, 7)}` }).click();
  await page.getByLabel('token').fill(operatorToken);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Approve/ })
    .click();
  await expect
    .poll(() => lastEvents('github:4101#1480'), patience)
    .toEqual([{ type: 'pull.approved', head, by: 'operator' }]);
  await expect
    .poll(() => page.locator('.chart .current').getAttribute('id'), patience)
    .toBe('state-merging.fetching');
  await expect.poll(() => page.getByRole('button', { name: /^Approve/ }).count(), patience).toBe(0);
});

test('what is held says why, and goes on once it is accepted', async () => {
  const stream = 'here:tools/fetcher#54';
  const { db } = site().service.log;
  await db
    .updateTable('snapshots')
    .set({ held: 'version 3 differs' })
    .where('stream', '=', stream)
    .execute();
  statesOf(db)?.clear();
  const { page } = await openLive('/pulls/here/tools/fetcher/54');
  expect(await page.locator('.waits').textContent()).toContain('held until somebody accepts');
  await page.getByRole('button', { name: 'Accept' }).click();
  const dialog = page.getByRole('dialog', { name: 'Accept' });
  expect(await dialog.textContent()).toContain('version 3 differs');
  await page.getByLabel('token').fill(operatorToken);
  await dialog.getByRole('button', { name: 'Accept' }).click();
  await expect
    .poll(() => lastEvents(stream), patience)
    .toEqual([{ type: 'machine.accepted', by: 'operator' }]);
  await expect.poll(() => page.getByRole('button', { name: 'Accept' }).count(), patience).toBe(0);
});

test('what goes wrong is said in words: a wrong token is forgotten and asked for again', async () => {
  const { page } = await openLive('/pulls/github/acme/compiler/1475');
  const said = (): Promise<string | null> => page.getByRole('alert').textContent();
  const send = async (token: string | null): Promise<void> => {
    if (token !== null) await page.getByLabel('token').fill(token);
    await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
  };
  const storage = (): Promise<unknown> => page.evaluate('JSON.stringify({...sessionStorage})');
  await page.getByRole('button', { name: 'Rebuild', exact: true }).click();
  for (const wrong of ['a guess', 'guess', 'naïve…']) {
    await send(wrong);
    await expect.poll(said, patience).toBe('That is not the operator’s token.');
    await expect.poll(() => page.getByLabel('token').inputValue(), patience).toBe('');
    expect(await storage()).toBe('{}');
  }
  const answers: [number, object][] = [
    [503, { error: { code: 'unavailable', message: 'the database cannot be used now' } }],
    [202, { ignored: 'already being built anew' }],
  ];
  await page.route('**/rebuild', async (route) => {
    const [status, json] = answers.shift() ?? [500, {}];
    await route.fulfill({ status, json });
  });
  await send(operatorToken);
  await expect
    .poll(said, patience)
    .toBe('The service cannot do it now: the database cannot be used now');
  await send(null);
  await expect.poll(said, patience).toBe('Nothing is done: already being built anew');
  await page.unroute('**/rebuild');
  await page.route('**/rebuild', (route) => route.abort());
  await send(null);
  await expect.poll(said, patience).toBe('The service cannot be reached. Is it running?');
  // A token that was right once may be changed.
  await page.unroute('**/rebuild');
  await page.evaluate('sessionStorage.setItem("orthrus-operator-token", "of last week")');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Rebuild', exact: true }).click();
  await send(null);
  await expect.poll(said, patience).toBe('That is not the operator’s token.');
  expect(await storage()).toBe('{}');
  await send(operatorToken);
  await expect.poll(() => page.getByRole('dialog').count(), patience).toBe(0);
});
