import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { loadConfig } from '../config.ts';
import { type LogDatabase, readLog } from '../log/database.ts';

/** Every command's `--config`. */
export function withConfig(command: Command): Command {
  return command.option('--config <file>', 'the configuration file', 'orthrus.json');
}

/** What reading commands take besides. */
export function withJson(command: Command): Command {
  return withConfig(command).option('--json', 'machine-readable, documented and stable');
}

export interface ReadingOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Runs a command on the log, opened read-only beside whatever writes it. */
export async function reading<Result>(
  options: { readonly config: string },
  read: (db: LogDatabase, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig(options.config);
  const log = await readLog(config.database.file);
  try {
    return await read(log.db, config);
  } finally {
    await log.close();
  }
}
