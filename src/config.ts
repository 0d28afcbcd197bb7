import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { checkReferences } from './config/check.ts';
import { ConfigError } from './config/config-error.ts';
import { describeIssue } from './config/describe-issue.ts';
import { type Config, file } from './config/schema.ts';
import { secretSources } from './config/secrets.ts';

/**
 * Reads and checks a configuration file. Relative paths in it are relative to its own folder.
 * @throws {ConfigError} a message of one line for the first thing that is wrong
 */
export function loadConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `cannot read the configuration ${path}: ${error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file; name another with --config FILE' : String(error)}`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  return parseConfig(json, dirname(resolve(path)));
}

/** @throws {ConfigError} */
export function parseConfig(json: unknown, folder: string): Config {
  const parsed = file.safeParse(json);
  if (!parsed.success) throw new ConfigError(describeIssue(parsed.error.issues[0], json));
  const { database, $schema: _, ...rest } = parsed.data;
  const within = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  for (const { source } of secretSources(rest))
    if ('file' in source) source.file = within(source.file);
  const db =
    typeof database === 'string' ? { url: database, synchronous: 'full' as const } : database;
  const config: Config = {
    ...rest,
    stateDir: within(rest.stateDir),
    ...(rest.archive === undefined ? {} : { archive: within(rest.archive) }),
    database: { file: within(db.url.slice('sqlite:'.length)), synchronous: db.synchronous },
    forges: Object.fromEntries(
      Object.entries(rest.forges).map(([name, forge]) => [
        name,
        forge.kind === 'git' ? { ...forge, root: within(forge.root) } : forge,
      ]),
    ),
  };
  checkReferences(config);
  return config;
}
