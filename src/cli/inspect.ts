import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { recordedRun } from '../inspect/recorded-run.ts';
import { redactor } from '../inspect/redact.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { findStream } from './find-stream.ts';
import { openInBrowser } from './inspect-browser.ts';
import { print } from './output.ts';
import { reading, type ReadingOptions, withJson } from './reading.ts';

interface InspectOptions extends ReadingOptions {
  readonly open: boolean;
}

export function addInspect(program: Command): void {
  withJson(program.command('inspect'))
    .description("one pull request's recorded run in the Stately inspector, until interrupted")
    .argument('<pull>', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .option('--no-open', 'open no browser, only say where the page is')
    .action((pull: string, options: InspectOptions) =>
      reading(options, async (db, config) => {
        const row = await findStream(db, config, pull);
        if (options.json === true) await printMessages(db, config, row);
        else await show(db, config, row, options.open);
      }),
    );
}

/** One a line: a run may be longer than what fits into a text. */
async function printMessages(db: LogDatabase, config: Config, row: PullRow): Promise<void> {
  for await (const message of recordedRun(db, row, redactor(config.inspector.redact)))
    await print(`${JSON.stringify(message)}\n`);
}

async function show(
  db: LogDatabase,
  { inspector }: Config,
  row: PullRow,
  opens: boolean,
): Promise<void> {
  // Loaded only here: nobody else at the command line waits for an HTTP server.
  const [{ default: express }, { inspectPage }, { listen }, { securityHeaders }] =
    await Promise.all([
      import('express'),
      import('../http/inspect-page.tsx'),
      import('../http/listen.ts'),
      import('../http/security-headers.ts'),
    ]);
  const page = inspectPage(inspector.url, () => recordedRun(db, row, redactor(inspector.redact)));
  // Others on this machine cannot read the log; so they shall not guess the address either.
  const path = `/${randomBytes(16).toString('hex')}`;
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders);
  app.use(path, page.router);
  const stopped = interrupted();
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const url = `${server.url}${path}/inspect`;
  await print(`the inspector is at ${url}\n`);
  if (opens) openInBrowser(url);
  await stopped;
  await server.close();
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as ever. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
