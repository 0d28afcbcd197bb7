import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { shareBrowser } from '../../doubles/browser.ts';
import { addLongRun, fewJobs, longRunPath, manyJobs, manyPushes } from '../long-run.ts';
import { shareSeededSite } from '../seeded-site.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

const browser = shareBrowser();
const site = shareSeededSite();

test('a step through a thousand events touches what shows the step, and fetches a part only when it is looked at', async () => {
  const length = await addLongRun(site().service, { jobs: fewJobs, pushes: manyPushes });
  expect(length).toBeGreaterThan(1000);
  const { page, errors } = await browser().openPage('about:blank');
  const asked: number[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/timeline')) asked.push(Number(searchParams.get('from')));
  });
  await page.goto(`${site().url}${longRunPath}?at=50`);
  await page.locator('.live .good').waitFor();
  // Besides what is shown: the newest part, for what came since the page was drawn, and the one that comes next.
  const newestPart = Math.floor((length - 1) / 100) * 100 + 1;
  await expect.poll(() => asked, patience).toContain(newestPart);
  asked.length = 0;

  await countChanges(page);
  const at = page.locator('.steps .at');
  for (let version = 51; version <= 90; version += 1) {
    await page.getByRole('slider').press('ArrowRight');
    await expect.poll(() => at.textContent(), patience).toBe(`${version} of ${length}`);
  }
  expect(await mostTouched(page)).toBeLessThan(1500);
  expect(asked.toSorted((a, b) => a - b)).toEqual([101]);

  // Far away, and back where it has been: what is known is not asked for again.
  await page.getByRole('slider').fill('650');
  await expect
    .poll(() => page.locator('.step-view').getAttribute('aria-busy'), patience)
    .toBe('false');
  expect(await page.locator('.step-view').textContent()).toContain('650, 20');
  await page.getByRole('slider').fill('90');
  await expect.poll(() => at.textContent(), patience).toBe(`90 of ${length}`);
  expect(asked.filter((from) => from <= 101)).toEqual([101]);
  expect(errors).toEqual([]);
});

test('three hundred jobs that change at once are not three hundred times as much to draw', async () => {
  const length = await addLongRun(site().service, { jobs: manyJobs, pushes: 2, number: 2001 });
  const { page, errors } = await browser().openPage(
    `${site().url}${longRunPath.replace('2000', '2001')}?at=1`,
  );
  await page.locator('.live .good').waitFor();
  await countChanges(page);
  for (let version = 2; version <= length; version += 1) {
    await page.getByRole('slider').press('ArrowRight');
    await expect
      .poll(() => page.locator('.steps .at').textContent(), patience)
      .toBe(`${version} of ${length}`);
  }
  expect(await mostTouched(page)).toBeLessThan(2500);
  expect(errors).toEqual([]);
});

/** Counts, from now on, how many nodes each frame's changes touched. */
async function countChanges(page: Page): Promise<void> {
  await page.evaluate(`
    window.counted = [];
    new MutationObserver((records) => {
      const touched = records.reduce(
        (sum, { addedNodes, removedNodes, type }) =>
          sum + (type === 'childList' ? 0 : 1) + [...addedNodes, ...removedNodes].reduce(
            (nodes, node) => nodes + 1 + (node.querySelectorAll?.('*').length ?? 0), 0),
        0,
      );
      window.counted.push(touched);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    void 0`);
}

async function mostTouched(page: Page): Promise<number> {
  const counted: number[] = await page.evaluate('window.counted');
  expect(counted.length).toBeGreaterThan(0);
  return Math.max(...counted);
}
