import type { Command } from 'commander';
import { operate, type OperatorOptions } from './operate.ts';
import { withJson } from './reading.ts';

export function addAccept(program: Command): void {
  withJson(program.command('accept'))
    .description('lets a held stream go on, from the state that the machine gives now')
    .argument('<pull>', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .action((pull: string, options: OperatorOptions) =>
      operate(pull, options, { verb: 'accept', body: {}, done: 'goes on' }),
    );
}
