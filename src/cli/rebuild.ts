import type { Command } from 'commander';
import { operate, type OperatorOptions } from './operate.ts';
import { withJson } from './reading.ts';

export function addRebuild(program: Command): void {
  withJson(program.command('rebuild'))
    .description('has the running service build the same head once more')
    .argument('<pull>', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .option('--cold', 'without its cache')
    .action((pull: string, options: OperatorOptions & { readonly cold?: boolean }) =>
      operate(pull, options, {
        verb: 'rebuild',
        body: { cold: options.cold === true },
        done: options.cold === true ? 'to be built again, cold' : 'to be built again',
      }),
    );
}
