import type { Command } from 'commander';
import { configSchema, loadConfig } from '../config.ts';
import { CliError } from './cli-error.ts';
import { print, printJson } from './output.ts';
import { withConfig } from './reading.ts';

export function addConfig(program: Command): void {
  withConfig(program.command('config'))
    .description('checks the configuration, or prints its JSON Schema')
    .option('--schema', 'the JSON Schema of the configuration file')
    .action(async (options: { readonly config: string; readonly schema?: boolean }) => {
      if (options.schema === true) return printJson(configSchema());
      const { repositories } = loadConfig(options.config);
      if (repositories.length === 0)
        throw new CliError('usage', `${options.config} names no repositories; add one`);
      await print(`${options.config} is valid\n`);
    });
}
