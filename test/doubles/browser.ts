import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

/** A browser of the tests: no window, and no way to any other machine. */
export interface TestBrowser {
  readonly browser: Browser;
  /** A page in a context of its own, with cookies and a storage of its own. */
  openPage(url: string, options?: BrowserContextOptions): Promise<TestPage>;
}

export interface TestPage {
  readonly page: Page;
  /** Errors on the console, and those that no script caught, in order: a test that expects none compares with `[]`. */
  readonly errors: readonly string[];
}

/** A browser that ends with its test. */
export async function openBrowser(): Promise<TestBrowser> {
  const opened = await launchBrowser();
  onTestFinished(() => opened.browser.close());
  return opened;
}

/** A browser for all tests of a file: it takes most of a second to start. */
export function shareBrowser(): () => TestBrowser {
  let opened: TestBrowser | null = null;
  beforeAll(async () => {
    opened = await launchBrowser();
  });
  afterAll(() => opened?.browser.close());
  return () => {
    if (opened === null) throw new Error('only inside of a test');
    return opened;
  };
}

/** A browser that whoever asks for it has to close. */
export async function launchBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findChromium(process.env),
    // Tests run as root in containers, where its sandbox cannot.
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Any other name does not exist, addresses included.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  return {
    browser,
    async openPage(url, options = {}) {
      const context = await browser.newContext(options);
      const errors: string[] = [];
      context.on('console', (message) => {
        if (message.type() === 'error')
          errors.push(`${message.text()} (${message.location().url})`);
      });
      context.on('weberror', (error) => errors.push(String(error.error())));
      const page = await context.newPage();
      await page.goto(url);
      return { page, errors };
    },
  };
}

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** @throws {Error} if there is none: a test that needs a browser is never skipped */
export function findChromium(env: NodeJS.ProcessEnv): string {
  const named = env['ORTHRUS_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable);
  if (found === undefined)
    throw new Error(
      'no Chromium on PATH: `script/bootstrap` installs it on Debian and Ubuntu, `nix shell nixpkgs#chromium` lends one; ' +
        'ORTHRUS_CHROMIUM names one that stands elsewhere',
    );
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
