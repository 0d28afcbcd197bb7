import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { shareBrowser } from '../../doubles/browser.ts';
import { looks, violations } from '../accessible.ts';
import { endBuild, pushed, shareSeededSite } from '../seeded-site.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();
const site = shareSeededSite();

const titles = (page: Page): Promise<string[]> => page.locator('.rows a.open').allTextContents();
const status = (page: Page): Promise<string | null> => page.getByRole('status').textContent();
const row = (page: Page, name: string) => page.locator('.rows tbody tr').filter({ hasText: name });

/** A page that hears what happens. */
async function openLive(path: string): ReturnType<ReturnType<typeof browser>['openPage']> {
  const opened = await browser().openPage(`${site().url}${path}`);
  await expect.poll(() => status(opened.page), patience).toContain('Live');
  return opened;
}

test('the failing one is found and opened from the keyboard alone', async () => {
  const { page, errors } = await openLive('/');
  await page.keyboard.press('/');
  await page.keyboard.type('compiler lexer');
  await expect
    .poll(() => titles(page), patience)
    .toEqual(['Let the lexer look ahead by two tokens']);
  expect(await row(page, '#1483').textContent()).toContain('failure compiler failed');
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.textContent')).toBe(
    'Let the lexer look ahead by two tokens',
  );
  await page.keyboard.press('Enter');
  await page.waitForURL('**/pulls/github/acme/compiler/1483');
  expect(errors).toEqual([]);
});

test('the keys walk the rows, are told of, and can be turned off', async () => {
  const { page } = await openLive('/');
  const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
  const [first = '', second = ''] = await titles(page);
  await page.keyboard.press('j');
  expect(await focused()).toBe(first);
  await page.keyboard.press('j');
  expect(await focused()).toBe(second);
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe(first);
  await page.keyboard.press('k');
  expect(await focused()).toBe(first);

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect.poll(() => help.isVisible(), patience).toBe(true);
  expect(await help.textContent()).toContain('the next row');
  expect(await violations(page)).toEqual([]);
  await help.getByLabel('The keys are on').uncheck();
  await page.keyboard.press('Escape');
  await expect.poll(() => help.isVisible(), patience).toBe(false);
  await page.keyboard.press('/');
  expect(await page.evaluate('document.activeElement.id')).not.toBe('search');
  await page.reload();
  await expect.poll(() => status(page), patience).toContain('Live');
  await page.keyboard.press('/');
  expect(await page.evaluate('document.activeElement.id')).not.toBe('search');
});

test('a share of the list is an address: for somebody else, and to go back to', async () => {
  const { page } = await openLive('/');
  const all = await titles(page);
  await page.getByRole('radio', { name: 'Failing' }).check();
  await page.getByRole('combobox', { name: 'Repository' }).selectOption('github:acme/website');
  await expect
    .poll(() => titles(page), patience)
    .toEqual(['Compress the pictures', 'Index the manual too']);
  expect(new URL(page.url()).search).toBe('?show=failing&repository=github%3Aacme%2Fwebsite');

  const other = await browser().openPage(page.url());
  expect(await titles(other.page)).toEqual(await titles(page));
  expect(await other.page.getByRole('combobox', { name: 'Repository' }).inputValue()).toBe(
    'github:acme/website',
  );

  await page.goBack();
  await page.goBack();
  await expect.poll(() => titles(page), patience).toEqual(all);
});

test('what happens comes to the screen by itself: a build that ends, and a pull request that is new', async () => {
  const { page, errors } = await openLive('/');
  await page.evaluate('window.scrollTo(0, 400)');
  await page.getByRole('link', { name: 'Keep spans through the whole of lowering' }).focus();
  const top = (): Promise<number> =>
    page.evaluate('document.activeElement.getBoundingClientRect().top');
  const before = await top();
  expect(await row(page, '#1487').textContent()).toContain('building');

  await endBuild(site());
  await row(page, '#1487').getByText('error').waitFor();
  await pushed(site(), { number: 400, title: 'Say it in one word' });
  await row(page, '#400').waitFor();
  expect(await status(page)).toBe('Live · 1 new');
  expect((await titles(page))[0]).toBe('Say it in one word');

  // Whoever reads something else is not disturbed.
  expect(await page.evaluate('document.activeElement.textContent')).toBe(
    'Keep spans through the whole of lowering',
  );
  expect(Math.abs((await top()) - before)).toBeLessThan(1);
  expect(errors).toEqual([]);
});

test('a row that no longer fits stays where it is until the list is asked for anew', async () => {
  await pushed(site(), { number: 401, title: 'A passing thought' });
  const { page } = await openLive('/?show=building&q=passing');
  expect(await titles(page)).toEqual(['A passing thought']);
  const { engine } = site().service;
  const { snapshot } = await engine.state('github:4102#401');
  await engine.record({
    stream: 'github:4102#401',
    source: 'effect',
    event: {
      type: 'head.fetch.failed',
      attempt: snapshot.kind === 'pull' ? snapshot.context.attempt : 0,
      code: 'not-found',
      message: 'there is no such commit',
    },
  });
  await row(page, '#401').getByText('blocked').first().waitFor();
  expect(await page.locator('.shows label').allTextContents()).toContain('Building 0');
  await page.reload();
  await expect.poll(() => page.getByText('Nothing is like that').isVisible(), patience).toBe(true);
});

test('a connection that is lost is told of; when it is back, what was missed is there', async () => {
  const { page } = await openLive('/');
  await site().close();
  await expect.poll(() => status(page), patience).toContain('Connection lost');
  await pushed(site(), { number: 402, title: 'While nobody listened' });
  await site().listen();
  await expect.poll(() => titles(page), patience).toContain('While nobody listened');
  expect(await status(page)).toContain('Live');
});

test('without scripts everything is there, and the filters are a form', async () => {
  const { page } = await browser().openPage(`${site().url}/`, { javaScriptEnabled: false });
  expect((await titles(page)).length).toBeGreaterThan(30);
  await page.getByRole('searchbox').fill('zlib');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(await titles(page)).toEqual(['Build with zlib-ng']);
  expect(new URL(page.url()).searchParams.get('q')).toBe('zlib');
  await page.getByRole('radio', { name: 'Closed' }).check();
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('link', { name: 'Show all' }).click();
  expect((await titles(page)).length).toBeGreaterThan(30);
});

test.each(looks)('axe finds nothing: %o', async (look) => {
  const { page } = await browser().openPage(`${site().url}/`, look);
  await expect.poll(() => status(page), patience).toContain('Live');
  expect(await violations(page)).toEqual([]);
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBe(look.viewport.width);
});

test('F5 hostile names run nothing, here as on the server', async () => {
  const { page, errors } = await openLive('/?q=fetcher');
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const hostile = row(page, '#58');
  expect(await hostile.textContent()).toContain("</script><script>alert('title')</script>");
  expect(await hostile.textContent()).toContain('<img src=x onerror=alert("author")>');
  await hostile.hover();
  await pushed(site(), {
    number: 403,
    title: 'fetcher <img src=x onerror=alert(1)> \u202egnp.exe',
  });
  await row(page, '#403').waitFor();
  expect((await titles(page))[0]).toBe('fetcher <img src=x onerror=alert(1)> \ufffdgnp.exe');
  await row(page, '#403').hover();
  expect(await page.locator('.rows img, .rows script').count()).toBe(0);
  await page.getByRole('searchbox').fill(`"><script>alert(1)</script>`);
  await expect.poll(() => page.getByText('Nothing is like that').isVisible(), patience).toBe(true);
  await page.reload();
  await expect.poll(() => status(page), patience).toContain('Live');
  expect(await page.getByRole('searchbox').inputValue()).toBe('"><script>alert(1)</script>');
  expect(dialogs).toEqual([]);
  expect(errors).toEqual([]);
});
