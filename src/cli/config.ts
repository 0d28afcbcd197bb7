import type { Command } from 'commander';
import { configSchema } from '../config/schema.ts';
import { loadConfig } from '../config.ts';
import { print, printJson } from './output.ts';
import { withConfig } from './reading.ts';
import { count } from './text.ts';

export function addConfig(program: Command): void {
  withConfig(program.command('config'))
    .description('checks the configuration, or prints its JSON Schema')
    .option('--schema', 'the JSON Schema of the configuration file')
    .action(async (options: { readonly config: string; readonly schema?: boolean }) => {
      if (options.schema === true) return printJson(configSchema());
      const { repositories } = loadConfig(options.config);
      await print(
        `${options.config} is valid: ${count(repositories.length, 'repository', 'repositories')}\n`,
      );
    });
}
