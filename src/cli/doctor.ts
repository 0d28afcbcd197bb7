import type { Command } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { loadConfig } from '../config.ts';
import { readSecret } from '../config/secrets.ts';
import { CliError } from './cli-error.ts';
import {
  type Check,
  checkDatabase,
  checkGit,
  checkNixes,
  checkStateDir,
} from './doctor-machine.ts';
import { checkForges } from './doctor-forges.ts';
import { checkGitHubs, checkSecrets, checkTyphons } from './doctor-remote.ts';
import { checkService } from './doctor-service.ts';
import { print, printJson } from './output.ts';
import { type ReadingOptions, withJson } from './reading.ts';
import { colours, count, harmless, table } from './text.ts';

export function addDoctor(program: Command): void {
  withJson(program.command('doctor'))
    .description('looks at everything that the service needs, and says what to do')
    .action(async (options: ReadingOptions) => {
      const checks = await examine(options.config);
      if (options.json === true) await printJson({ ok: checks.every(isFine), checks });
      else await print(table(checks.map(rowOf)));
      const wrong = checks.filter((check) => !isFine(check)).length;
      if (wrong > 0)
        throw new CliError(
          'failed',
          `${count(wrong, 'thing')} ${wrong === 1 ? 'is' : 'are'} wrong; the lines marked ✗ say what to do`,
        );
    });
}

function isFine(check: Check): boolean {
  return check.ok !== false;
}

function rowOf({ name, ok, message }: Check): string[] {
  const mark = ok === null ? colours.dim('-') : ok ? colours.green('✓') : colours.red('✗');
  return [mark, colours.bold(harmless(name)), harmless(message)];
}

async function examine(file: string): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ name: 'configuration', ok: false, message: error.message }];
  }
  const checks: Check[] = [
    {
      name: 'configuration',
      ok: true,
      message: `${file}: ${count(config.repositories.length, 'repository', 'repositories')}`,
    },
    checkToken(config),
    await checkDatabase(config),
    await checkStateDir(config),
  ];
  const git = await checkGit();
  checks.push(git);
  if (git.ok === true) checks.push(...(await checkForges(config)));
  const secrets = checkSecrets(config);
  checks.push(...secrets, ...(await checkNixes(config)));
  // Without its secret nothing can be asked of anybody.
  if (git.ok === true && secrets.every(isFine))
    checks.push(...(await checkGitHubs(config)), ...(await checkTyphons(config)));
  checks.push(await checkService(config));
  return checks;
}

function checkToken(config: Config): Check {
  const name = 'operator token';
  if (config.operatorToken === undefined)
    return {
      name,
      ok: null,
      message:
        'none; rebuild, approve, accept and reconcile need one: add "operatorToken": {"env": "ORTHRUS_OPERATOR_TOKEN"}',
    };
  try {
    readSecret(config.operatorToken, 'operatorToken');
    return { name, ok: true, message: 'there' };
  } catch (error) {
    return { name, ok: false, message: `${error instanceof Error ? error.message : ''}; set it` };
  }
}
