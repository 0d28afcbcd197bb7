import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startSeededSite } from '../test/dashboard/seeded-site.ts';
import { findChromium } from '../test/doubles/browser.ts';

/** The pictures of docs/images, made from a seeded site: the same each time, but for how a browser draws letters. */
const pictures = [
  { name: 'list-light', path: '/', colorScheme: 'light', height: 760, shown: '.rows' },
  { name: 'list-dark', path: '/', colorScheme: 'dark', height: 760, shown: '.rows' },
  {
    name: 'pull',
    path: '/pulls/github/acme/compiler/1483?at=42',
    colorScheme: 'light',
    height: 1080,
    shown: '.live .good',
  },
  { name: 'overview', path: '/overview', colorScheme: 'light', height: 880, shown: '.plot canvas' },
] as const;

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));
mkdirSync(folder, { recursive: true });
const site = await startSeededSite();
const browser = await chromium.launch({
  executablePath: findChromium(process.env),
  chromiumSandbox: false,
  args: ['--disable-gpu', '--no-proxy-server', '--hide-scrollbars'],
});
try {
  for (const { name, path, colorScheme, height, shown } of pictures) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height } });
    await page.goto(`${site.url}${path}`);
    await page.locator(shown).first().waitFor();
    await page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled' });
    await page.close();
  }
} finally {
  await browser.close();
  await site.end();
}
