import { expect, test } from 'vitest';
import { findChromium, openBrowser } from './browser.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

test('a browser of the tests tells of every error, and reaches no other machine', async () => {
  const { openPage } = await openBrowser();
  const { page, errors } = await openPage('data:text/html,<title>quiet</title>');
  expect(await page.title()).toBe('quiet');
  expect(errors).toEqual([]);
  await page.evaluate("setTimeout(() => { throw new Error('nobody caught this') })");
  await page.evaluate("console.error('said on the console')");
  await expect.poll(() => errors.length, patience).toBe(2);
  expect(errors.join()).toContain('nobody caught this');
  expect(errors.join()).toContain('said on the console');
  for (const url of ['https://stately.ai/inspect', 'http://192.0.2.1/'])
    await expect(page.goto(url)).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
});

test('a machine without a browser is told how to get one', () => {
  expect(() => findChromium({ PATH: '/nowhere' })).toThrow('`script/bootstrap` installs it');
  expect(findChromium({ PATH: '/nowhere', ORTHRUS_CHROMIUM: '/opt/chrome' })).toBe('/opt/chrome');
});
