import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Git } from '../../git/run.ts';
import { PortError } from '../../ports/port-error.ts';
import { hookMarker, hookScript, signalFile, signalScript } from './hook-script.ts';

export interface HookResult {
  readonly installed: boolean;
  /** What a person has to do, where we must not. */
  readonly message: string | null;
}

/** Where ours stands when the hook is somebody else's. */
export const ourHookFile = 'orthrus-post-receive';

/**
 * Installs the post-receive hook into a bare repository, or brings it up to date. A hook that is not ours stays.
 * @throws {PortError} `denied`
 */
export async function installHook(
  git: Git,
  repositoryDirectory: string,
  options: { readonly url: string; readonly node?: string },
): Promise<HookResult> {
  const configured = await git.run(
    repositoryDirectory,
    ['config', '--local', '--get', 'core.hooksPath'],
    { what: `read the configuration of ${repositoryDirectory}`, codes: [0, 1] },
  );
  const elsewhere = configured.stdout.toString('utf8').trim();
  const hooks = join(repositoryDirectory, 'hooks');
  const hook = join(hooks, 'post-receive');
  const theirs = foreignHook(hook);
  const directory = realpathSync(repositoryDirectory);
  const name = `${basename(dirname(repositoryDirectory))}/${basename(repositoryDirectory).replace(/\.git$/, '')}`;
  try {
    mkdirSync(hooks, { recursive: true });
    put(join(hooks, signalFile), signalScript(options.url, { directory, name }), 0o644);
    const file = theirs || elsewhere !== '' ? join(hooks, ourHookFile) : hook;
    put(file, hookScript(options.node ?? process.execPath), 0o755);
  } catch (cause) {
    throw new PortError(
      'denied',
      `could not write a hook into ${hooks}; the user that runs orthrus must be able to`,
      { cause },
    );
  }
  if (!theirs && elsewhere === '') return { installed: true, message: null };
  const place = elsewhere === '' ? hook : `the post-receive hook in ${elsewhere}`;
  return {
    installed: false,
    message: `${place} is not ours; to signal pushes at once, add as its second line: ${lineToAdd(join(directory, 'hooks', ourHookFile))}`,
  };
}

/** Their hook may want git's lines as well: they are kept, ours reads them, and theirs finds them on its stdin again. */
export function lineToAdd(ours: string): string {
  const quoted = `'${ours.replaceAll("'", `'\\''`)}'`;
  return `kept=$(mktemp); cat >"$kept"; ${quoted} <"$kept"; exec <"$kept"; rm "$kept"`;
}

function foreignHook(hook: string): boolean {
  try {
    return !readFileSync(hook, 'utf8').includes(hookMarker);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

/** Whole or not at all: git may run it at any moment. */
function put(file: string, content: string, mode: number): void {
  const aside = `${file}.${randomUUID()}`;
  writeFileSync(aside, content, { mode });
  renameSync(aside, file);
}
