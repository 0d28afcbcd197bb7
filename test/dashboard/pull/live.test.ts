import { expect, test } from 'vitest';
import { shareBrowser, type TestPage } from '../../doubles/browser.ts';
import { sha } from '../../replay/lives.ts';
import { shareSeededSite } from '../seeded-site.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();
const site = shareSeededSite();

async function openLive(path: string): Promise<TestPage> {
  const opened = await browser().openPage(`${site().url}${path}`);
  await opened.page.locator('.live .good').waitFor();
  return opened;
}

async function record(stream: string, cold = false): Promise<void> {
  const event = { type: 'rebuild.requested', cold, by: 'somebody' } as const;
  await site().service.engine.record({ stream, event, source: 'operator' });
}

test('who looks at the newest stays at the newest, with all that the page says of it', async () => {
  const { page, errors } = await openLive('/pulls/github/acme/compiler/1481');
  const at = page.locator('.steps .at');
  const [, count = ''] = /of (\d+)/.exec((await at.textContent()) ?? '') ?? [];
  const newest = Number(count);
  await record('github:4101#1481');
  await expect.poll(() => at.textContent(), patience).toBe(`${newest + 1} of ${newest + 1}`);
  expect(await page.locator('.chart .current').getAttribute('id')).toBe('state-merging.fetching');
  expect(await page.locator('.head .waits').textContent()).toContain('fetching');
  const first = page.locator('.events tbody tr').first();
  await expect.poll(() => first.textContent(), patience).toContain('rebuild.requested');
  expect(await page.locator('.step-view .effects').textContent()).toContain('head.fetch');
  expect(errors).toEqual([]);
});

test('who looks at an older step stays there, and can go to what is new', async () => {
  const { page, errors } = await openLive('/pulls/github/acme/compiler/1477?at=7');
  const at = page.locator('.steps .at');
  const [, count = ''] = /of (\d+)/.exec((await at.textContent()) ?? '') ?? [];
  const newest = Number(count);
  const text = await page.locator('.step-view').textContent();
  await record('github:4101#1477');
  await expect.poll(() => at.textContent(), patience).toBe(`7 of ${newest + 1}`);
  expect(await page.locator('.step-view').textContent()).toBe(text);
  await page.getByRole('link', { name: 'Newest step' }).click();
  await expect.poll(() => at.textContent(), patience).toBe(`${newest + 1} of ${newest + 1}`);
  await expect.poll(() => page.url(), patience).not.toContain('?at=');
  expect(errors).toEqual([]);
});

test('who goes back while news is on its way is not drawn to the newest by it', async () => {
  const { page } = await openLive('/pulls/github/acme/compiler/1475');
  const at = page.locator('.steps .at');
  const [, count = ''] = /of (\d+)/.exec((await at.textContent()) ?? '') ?? [];
  const newest = Number(count);
  const held: { asked: () => void; release: () => void } = { asked: () => {}, release: () => {} };
  const isAsked = new Promise<void>((resolve) => (held.asked = resolve));
  const isReleased = new Promise<void>((resolve) => (held.release = resolve));
  await page.route('**/timeline?**', async (route) => {
    held.asked();
    await isReleased;
    await route.continue();
  });
  await record('github:4101#1475');
  await isAsked;
  await page.getByRole('slider', { name: 'Version' }).press('Home');
  await expect.poll(() => at.textContent(), patience).toBe(`1 of ${newest}`);
  held.release();
  const first = page.locator('.events tbody tr').first();
  await expect.poll(() => first.textContent(), patience).toContain('rebuild.requested');
  await expect.poll(() => at.textContent(), patience).toBe(`1 of ${newest + 1}`);
});

test('what happens while nobody can listen is there once somebody can', async () => {
  const { page } = await openLive('/pulls/github/acme/website/311');
  const at = page.locator('.steps .at');
  const [, count = ''] = /of (\d+)/.exec((await at.textContent()) ?? '') ?? [];
  await site().close();
  await expect.poll(() => page.locator('.live').textContent(), patience).toContain('lost');
  // More than one part of a run, so that all of it has to be fetched.
  for (let round = 1; round <= 120; round += 1)
    await site().service.engine.record({
      stream: 'github:4102#311',
      event: { type: 'build.lost', commit: sha('nothing', round), attempt: 99 },
      source: 'ci',
    });
  await site().listen();
  const newest = Number(count) + 120;
  await expect.poll(() => at.textContent(), patience).toBe(`${newest} of ${newest}`);
  expect(await page.locator('.live').textContent()).toBe('live');
  const first = page.locator('.events tbody tr td:first-child').first();
  await expect.poll(() => first.textContent(), patience).toBe(String(newest));
  await page.getByRole('link', { name: 'Previous failure' }).click();
  await expect.poll(() => at.textContent(), patience).toBe(`${newest - 1} of ${newest}`);
});
