import { readFileSync } from 'node:fs';
import { knowSecret } from '../ports/secrets.ts';
import { ConfigError } from './config-error.ts';
import type { Config, SecretSource } from './schema.ts';

/** Every secret that the configuration names, with the key that names it. */
export function secretSources(
  config: Pick<Config, 'operatorToken' | 'forges' | 'ci'>,
): { readonly key: string; readonly source: SecretSource }[] {
  const named: [string, SecretSource | undefined][] = [['operatorToken', config.operatorToken]];
  for (const [name, forge] of Object.entries(config.forges))
    if (forge.kind === 'github')
      named.push(
        [`forges.${name}.webhookSecret`, forge.webhookSecret],
        [`forges.${name}.token`, forge.token],
        [`forges.${name}.app.privateKey`, forge.app?.privateKey],
      );
  for (const [name, ci] of Object.entries(config.ci)) {
    if (ci.kind === 'typhon') named.push([`ci.${name}.webhookSecret`, ci.webhookSecret]);
    if (ci.kind !== 'nix') named.push([`ci.${name}.callbackSecret`, ci.callbackSecret]);
  }
  return named.flatMap(([key, source]) => (source === undefined ? [] : [{ key, source }]));
}

/**
 * Reads a secret where the configuration says it is; from then on no failure tells it (F3).
 * @throws {ConfigError} if it is not there, or empty
 */
export function readSecret(source: SecretSource, key: string): string {
  const secret = read(source, key);
  knowSecret(secret);
  return secret;
}

function read(source: SecretSource, key: string): string {
  if ('env' in source) {
    const value = process.env[source.env];
    if (value === undefined || value === '')
      throw new ConfigError(`${key}: the environment variable ${source.env} is not set`);
    return value;
  }
  try {
    const value = readFileSync(source.file, 'utf8').trim();
    if (value !== '') return value;
  } catch {
    throw new ConfigError(`${key}: cannot read the file ${source.file}`);
  }
  throw new ConfigError(`${key}: the file ${source.file} is empty`);
}
