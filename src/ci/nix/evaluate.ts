import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluationFailure, missingPathError } from '../store/evaluation-error.ts';
import { endOfLog } from '../store/log-text.ts';
import { invalidPaths } from '../store/store.ts';
import { BuildFailed, Lost } from './build-interrupted.ts';
import type { StoredRequest } from './build-record.ts';
import type { Commands } from './commands.ts';
import { forget, type Exited } from './detached.ts';
import { evaluationCommand, readEvaluation, type EvaluatedJob } from './evaluation.ts';
import { isBrokenClone } from './fetch-cache.ts';
import { flakeUrl } from './flake-url.ts';
import type { Host } from './host.ts';

/**
 * The jobs of a commit, by one process of Nix.
 * @throws {BuildFailed} what the code, or Nix, has to say. @throws {Lost}
 */
export async function evaluate(
  host: Host,
  commands: Commands,
  directory: string,
  request: StoredRequest,
  begins: () => void,
): Promise<readonly EvaluatedJob[]> {
  const prefix = join(directory, 'evaluation');
  const command = evaluationCommand(flakeUrl(request), host.attribute, prefix);
  const run = async (cacheDir: string): Promise<Exited> => {
    const env = { XDG_CACHE_HOME: cacheDir };
    const ended = await commands.run(prefix, host.evaluations, command, { begins, env });
    if (ended.kind !== 'exited') throw new Lost();
    return ended;
  };
  const cache = await host.fetchCache.current(request.remote);
  let ended = await run(cache);
  if (ended.code !== 0 && isBrokenClone(await endOfLog(`${prefix}.log`))) {
    const another = await host.fetchCache.replace(request.remote, cache);
    await forget(prefix);
    await rm(`${prefix}.log`, { force: true });
    ended = await run(another);
  }
  if (ended.code !== 0) throw await failed(host, request, prefix, ended.code);
  const evaluated = await readEvaluation(prefix, host.options.attribute);
  if (evaluated.jobs === null) throw new BuildFailed(evaluated.error);
  return evaluated.jobs;
}

async function failed(
  host: Host,
  request: StoredRequest,
  prefix: string,
  code: number,
): Promise<BuildFailed> {
  const { kind, message, named } = evaluationFailure(await endOfLog(`${prefix}.log`), code);
  const ours = named.filter((path) => request.cachePaths.includes(path));
  if (ours.length === 0) return new BuildFailed({ kind, message, paths: [] });
  // Nix names the first one only; each of the others would cost an evaluation of its own.
  const gone = await invalidPaths(request.cachePaths, host.env).catch(() => []);
  return new BuildFailed(missingPathError([...new Set([...gone, ...ours])]));
}
