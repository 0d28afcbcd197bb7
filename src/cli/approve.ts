import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { readLog } from '../log/database.ts';
import { CliError } from './cli-error.ts';
import { findStream } from './find-stream.ts';
import { operate, type OperatorOptions } from './operate.ts';
import { withJson } from './reading.ts';

export function addApprove(program: Command): void {
  withJson(program.command('approve'))
    .description('vouches for a head, so that it is built')
    .argument('<pull>', 'forge:owner/repo#12')
    .option('--head <sha>', 'the head that was looked at, in full; default: the newest one known')
    .action(async (pull: string, options: OperatorOptions & { readonly head?: string }) => {
      const head = options.head ?? (await newestHead(options.config, pull));
      await operate(pull, options, {
        verb: 'approve',
        body: { head },
        done: `${head.slice(0, 7)} is approved`,
      });
    });
}

async function newestHead(file: string, pull: string): Promise<string> {
  const config = loadConfig(file);
  const log = await readLog(config.database.file);
  try {
    const { head } = await findStream(log.db, config, pull);
    if (head !== null) return head;
    throw new CliError('failed', `${pull} has no head to approve; name one with --head SHA`);
  } finally {
    await log.close();
  }
}
