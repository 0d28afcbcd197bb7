import type { Command } from 'commander';
import { z } from 'zod';
import { duration } from '../../machines/describe.ts';
import { loadConfig } from '../config.ts';
import { callService } from './client.ts';
import { print, printJson } from './output.ts';
import { withJson } from './reading.ts';

const answer = z.object({ reconciled: z.boolean(), milliseconds: z.number() });

export function addReconcile(program: Command): void {
  withJson(program.command('reconcile'))
    .description('has the running service look at the forge and the CI now')
    .action(async (options: { readonly config: string; readonly json?: boolean }) => {
      const config = loadConfig(options.config);
      const told = answer.parse(await callService(config, '/api/reconcile', {}));
      if (options.json === true) await printJson(told);
      else await print(`reconciled in ${duration(told.milliseconds)}\n`);
    });
}
