import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { loadConfig } from '../config.ts';
import { suggestion } from '../config/suggestion.ts';
import { CliError } from './cli-error.ts';
import { callService } from './client.ts';
import { parsePull } from './find-stream.ts';
import { print, printJson } from './output.ts';
import { harmless } from './text.ts';

const answer = z.union([
  z.object({ stream: z.string(), version: z.number() }),
  z.object({ ignored: z.string() }),
]);

export interface OperatorOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Has the running service do something with a pull request or a branch, and says what it made of it. */
export async function operate(
  pull: string,
  options: OperatorOptions,
  call: { readonly verb: string; readonly body: object; readonly done: string },
): Promise<void> {
  const config = loadConfig(options.config);
  const told = answer.parse(await callService(config, pathOf(pull, config, call.verb), call.body));
  if (options.json === true) await printJson(told);
  if ('ignored' in told)
    throw new CliError('failed', harmless(`${pull}: nothing was done: ${told.ignored}`));
  if (options.json !== true)
    await print(`${pull}: ${call.done} (version ${told.version}; \`orthrus log ${pull}\`)\n`);
}

/** @throws {CliError} for what the configuration does not have */
function pathOf(pull: string, config: Config, verb: string): string {
  const { forge, repositoryId, subject } = parsePull(pull, config);
  const known = config.repositories.filter((of) => of.forge === forge).map((of) => of.name);
  const [owner, repo, more] = repositoryId.split('/');
  if (owner === undefined || repo === undefined || more !== undefined || repo === '')
    throw new CliError(
      'usage',
      `"${repositoryId}" is no repository, which is named owner/repo${suggestion(repositoryId, known)}`,
    );
  if (!known.includes(repositoryId))
    throw new CliError(
      'usage',
      `there is no repository "${repositoryId}" at ${forge} in the configuration${suggestion(repositoryId, known)}`,
    );
  const last = subject.kind === 'pull' ? String(subject.number) : `@${subject.branch}`;
  return `/api/pulls/${[forge, owner, repo, last].map(encodeURIComponent).join('/')}/${verb}`;
}
