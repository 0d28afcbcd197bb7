import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { shareBrowser, type TestPage } from '../../doubles/browser.ts';
import { looks, violations } from '../accessible.ts';
import { hostileAuthor, hostileTitle } from '../seed.ts';
import { shareSeededSite } from '../seeded-site.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();
const site = shareSeededSite();

const red = '/pulls/github/acme/compiler/1483';

/** A page whose scripts run. */
async function openLive(path: string, options: BrowserContextOptions = {}): Promise<TestPage> {
  const opened = await browser().openPage(`${site().url}${path}`, options);
  await opened.page.locator('.live .good').waitFor();
  return opened;
}

/** As text, what the page shows of its place in time. The slider is there at once; what it shows has to come. */
const placeIn = async (page: Page): Promise<string> =>
  (await page.locator('.steps .at').textContent()) ?? '';
/** The version whose step is drawn. */
const drawnIn = async (page: Page): Promise<number> =>
  parseInt((await page.locator('#at').getAttribute('aria-valuetext')) ?? '', 10);
const currentIn = (page: Page): Promise<string[]> =>
  page.locator('.chart .current').evaluateAll((all) => all.map(({ id }) => id));

test('why it failed is said at the top, and one press leads back to before', async () => {
  const { page, errors } = await openLive(red);
  const why = page.getByRole('region', { name: 'Why it failed' });
  expect(await why.textContent()).toContain("error: no member named 'peek' in 'TokenStream'");
  expect(await why.getByRole('link', { name: 'Log of compiler' }).getAttribute('href')).toBe(
    `${red}/log/5?job=compiler`,
  );
  await why.getByRole('link', { name: 'Go back to before it failed' }).press('Enter');
  await expect.poll(() => placeIn(page), patience).toBe('41 of 44');
  await expect.poll(() => drawnIn(page), patience).toBe(41);
  expect(await currentIn(page)).toEqual(['state-building']);
  await expect.poll(() => page.url(), patience).toContain('?at=41');
  expect(errors).toEqual([]);
});

test('the slider goes through time with the keyboard: chart, event, context, branch and address follow', async () => {
  const { page, errors } = await openLive(red);
  const slider = page.getByRole('slider', { name: 'Version' });
  await slider.press('Home');
  await expect.poll(() => placeIn(page), patience).toBe('1 of 44');
  await expect.poll(() => drawnIn(page), patience).toBe(1);
  expect(await currentIn(page)).toEqual(['state-merging.fetching']);
  for (const [key, place] of [
    ['ArrowRight', 2],
    ['PageUp', 6],
    ['PageDown', 2],
    ['End', 44],
    ['ArrowLeft', 43],
  ] as const) {
    await slider.press(key);
    await expect.poll(() => placeIn(page), patience).toBe(`${place} of 44`);
  }
  for (const [key, place] of [
    ['[', 42],
    ['[', 41],
    ['[', 35],
    [']', 41],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => placeIn(page), patience).toBe(`${place} of 44`);
  }
  // Each step shows what the API replays.
  const replay = await (await fetch(`${site().url}/api${red}/replay`)).json();
  const steps = z
    .object({
      steps: z.array(
        z.object({
          type: z.string(),
          state: z.string(),
          context: z.object({ head: z.string(), branchTip: z.string().nullable() }),
          effects: z.array(z.object({ type: z.string() })),
        }),
      ),
    })
    .parse(replay).steps;
  await slider.press('Home');
  for (const [index, { type, state, context, effects }] of steps.entries()) {
    await expect.poll(() => placeIn(page), patience).toBe(`${index + 1} of 44`);
    await expect.poll(() => drawnIn(page), patience).toBe(index + 1);
    expect(await currentIn(page)).toEqual([`state-${state}`]);
    const view = page.locator('.step-view');
    expect(await view.locator('h3').textContent()).toContain(type);
    expect(await view.locator('.effects tbody th code').allTextContents()).toEqual(
      effects.map((effect) => effect.type),
    );
    const branch = view.locator('.branch-then > dl');
    expect(await branch.locator('.sha').first().getAttribute('title')).toBe(context.head);
    if (context.branchTip !== null)
      expect(await branch.locator('.sha').nth(1).getAttribute('title')).toBe(context.branchTip);
    await slider.press('ArrowRight');
  }
  expect(errors).toEqual([]);
});

test('the context is a tree that stays open from step to step', async () => {
  const { page } = await openLive(`${red}?at=5`);
  const tree = page.locator('.tree');
  await tree.getByText('Context', { exact: true }).click();
  const key = (name: string) => page.locator('.tree .key', { hasText: new RegExp(`^${name}$`) });
  await key('overlays').click();
  await key('0').last().click();
  const phase = key('phase').locator('..');
  await expect.poll(() => phase.textContent(), patience).toBe('phase building');
  await page.getByRole('link', { name: 'Previous step' }).click();
  await expect.poll(() => phase.textContent(), patience).toBe('phase asked');
});

test('builds are told with their times, what caches saved, and why each job was warm or cold', async () => {
  const { page } = await openLive(red);
  expect(await page.locator('.build summary .attempt').allTextContents()).toEqual(
    [5, 4, 3, 2, 1].map((attempt) => `Build ${attempt}`),
  );
  expect(await page.locator('.build summary .beginning').allTextContents()).toEqual([
    'partly warm',
    'warm',
    'warm',
    'warm',
    'cold',
  ]);
  const jobs = page.getByRole('table', { name: 'Jobs of build 5' });
  expect(await jobs.getByRole('row', { name: /^compiler/ }).textContent()).toContain(
    'cold: its incremental build failed',
  );
  expect(await page.locator('.build summary .saved').nth(2).textContent()).toMatch(/min .* saved/);
  // The plot stands beside it, in the same colours as the words' page.
  await expect.poll(() => page.locator('.took-plot canvas').count(), patience).toBe(1);
});

test('a state that was recorded otherwise than this version replays it is told beside it', async () => {
  const { page } = await openLive('/pulls/github/acme/website/308?at=3');
  expect(await page.locator('.led').textContent()).not.toContain('recorded');
  await site()
    .service.log.db.updateTable('events')
    .set({ state: 'blocked' })
    .where('stream', '=', 'github:4102#308')
    .where('version', '=', 3)
    .execute();
  await page.reload();
  expect(await page.locator('.led').textContent()).toContain(
    'recorded as blocked: this version replays it differently',
  );
});

test('without scripts a step is drawn by the server, and all but live news and actions is there', async () => {
  const { page, errors } = await browser().openPage(`${site().url}${red}?at=35`, {
    javaScriptEnabled: false,
  });
  expect(await placeIn(page)).toBe('35 of 44');
  expect(await page.locator('.chart .current').getAttribute('id')).toBe('state-caching');
  expect(await page.locator('.step-view h3').textContent()).toContain('build.finished');
  await page.getByRole('link', { name: 'Previous step' }).click();
  expect(await placeIn(page)).toBe('34 of 44');
  await page.getByRole('link', { name: 'Next failure' }).click();
  expect(await placeIn(page)).toBe('35 of 44');
  const slider = page.getByRole('slider', { name: 'Version' });
  await slider.focus();
  await slider.press('Home');
  await page.getByRole('button', { name: 'Go' }).click();
  expect(await placeIn(page)).toBe('1 of 44');
  expect(await page.locator('.events tbody tr').count()).toBe(44);
  expect(errors).toEqual([]);
});

test.each(
  [red, '/pulls/github/acme/compiler/@main', '/pulls/github/acme/compiler/1480'].flatMap((path) =>
    looks.map((look) => [path, look.colorScheme, look.viewport.width, look] as const),
  ),
)('nothing stands in anybody’s way at %s, %s, %i wide', async (path, _scheme, width, look) => {
  const { page } = await openLive(path, look);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  await page.close();
});

test('F5 hostile names are words on the page of their pull request: nothing runs, and no policy is broken', async () => {
  const { page, errors } = await browser().openPage('about:blank');
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`${site().url}/pulls/here/tools/fetcher/58`);
  await page.locator('.live .good').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(hostileTitle);
  expect(await page.locator('.head').textContent()).toContain(hostileAuthor);
  // Every event, and its data; the direction marks in a job's name are shown as what they are.
  for (const summary of await page.locator('.events summary').all()) await summary.click();
  const last = Number(await page.getByRole('slider').getAttribute('max'));
  for (let version = last; version > 0; version -= 1) {
    await page.getByRole('slider').fill(String(version));
    await expect.poll(() => placeIn(page), patience).toBe(`${version} of ${last}`);
  }
  const text = (await page.locator('main').textContent()) ?? '';
  expect(text).toContain('<svg onload=alert(`job`)>\ufffdtxt.exe');
  expect(text).not.toMatch(/[\u202a-\u202e]/);
  expect(
    await page.locator('main img, main script, main svg[onload], main [onmouseover]').count(),
  ).toBe(0);
  expect(dialogs).toEqual([]);
  expect(errors).toEqual([]);
});
