import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';
import { suggestion } from './suggestion.ts';

function checkForges(config: Config): void {
  for (const [name, forge] of Object.entries(config.forges)) {
    if (forge.kind !== 'github') continue;
    if ((forge.token === undefined) === (forge.app === undefined))
      throw new ConfigError(
        forge.token === undefined
          ? `forges.${name}: is missing "token" or "app"`
          : `forges.${name}: has both "token" and "app"; keep one`,
      );
  }
}

/**
 * What the schema cannot say: names that have to exist, and keys that exclude each other.
 * @throws {ConfigError}
 */
export function checkReferences(config: Config): void {
  checkForges(config);
  const seen = new Set<string>();
  for (const [index, configured] of config.repositories.entries()) {
    const at = `repositories[${index}]`;
    if (!Object.hasOwn(config.forges, configured.forge))
      throw new ConfigError(
        `${at}.forge: there is no forge "${configured.forge}"${suggestion(configured.forge, Object.keys(config.forges))}`,
      );
    if (!Object.hasOwn(config.ci, configured.ci))
      throw new ConfigError(
        `${at}.ci: there is no CI "${configured.ci}"${suggestion(configured.ci, Object.keys(config.ci))}`,
      );
    const forge = config.forges[configured.forge];
    if (configured.report.as === 'checks' && !(forge?.kind === 'github' && forge.app !== undefined))
      throw new ConfigError(
        `${at}.report.as: "checks" are for a GitHub App; "${configured.forge}" is none, use "statuses"`,
      );
    if (config.ci[configured.ci]?.kind === 'generic' && configured.report.jobContext === '{job}')
      throw new ConfigError(
        `${at}.report.jobContext: "{job}" is what CI "${configured.ci}" calls its own statuses; put something around it, like "orthrus/{job}"`,
      );
    if (configured.cacheFile === configured.commitFile)
      throw new ConfigError(`${at}: cacheFile and commitFile are both "${configured.cacheFile}"`);
    const name = `${configured.forge}:${configured.name}`;
    if (seen.has(name)) throw new ConfigError(`${at}: ${name} is configured twice`);
    seen.add(name);
  }
}
