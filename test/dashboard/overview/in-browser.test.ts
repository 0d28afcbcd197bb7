import { expect, test } from 'vitest';
import { shareBrowser } from '../../doubles/browser.ts';
import { looks, violations } from '../accessible.ts';
import { shareSeededSite } from '../seeded-site.ts';

const patience = { timeout: 60_000 };
const browser = shareBrowser();
const site = shareSeededSite();

test.each(looks)('the plot is drawn, and axe finds nothing: %o', async (look) => {
  const { page, errors } = await browser().openPage(`${site().url}/overview`, look);
  await expect.poll(() => page.locator('.plot canvas').count(), patience).toBe(1);
  await page.getByText('The same as a table').click();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.viewport.width);
  const canvas = await page.locator('.plot canvas').boundingBox();
  expect(canvas?.width).toBeGreaterThan(300);
  expect(errors).toEqual([]);
});

test('the plot tells the numbers of the day that is pointed at, and follows the colour scheme', async () => {
  const { page, errors } = await browser().openPage(`${site().url}/overview`, looks[0]);
  const over = page.locator('.plot .u-over');
  await over.waitFor();
  const box = await over.boundingBox();
  if (box === null) throw new Error('there is no plot');
  await page.mouse.move(box.x + box.width - 10, box.y + 50);
  const answer = await (await fetch(`${site().url}/api/overview`)).json();
  const { success } = answer.days.at(-1);
  await expect
    .poll(() => page.locator('.plot .u-legend').textContent(), patience)
    .toContain('2025-01-30');
  expect(await page.locator('.plot .u-legend').textContent()).toContain(`Success${success}`);
  const fill = (): Promise<unknown> =>
    page.evaluate(
      "getComputedStyle(document.querySelector('.plot .u-legend .u-marker:last-child, .plot .u-series:last-child .u-marker')).backgroundColor",
    );
  const light = await fill();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(fill, patience).not.toBe(light);
  expect(errors).toEqual([]);
});

test('without scripts the numbers are there, in a table', async () => {
  const { page } = await browser().openPage(`${site().url}/overview`, { javaScriptEnabled: false });
  await page.getByText('The same as a table').click();
  expect(await page.locator('.days tbody tr').count()).toBe(30);
  expect(await page.getByText('The incremental build only').isVisible()).toBe(true);
  await page.getByRole('link', { name: 'Pull requests' }).click();
  await page.waitForURL(`${site().url}/`);
});
