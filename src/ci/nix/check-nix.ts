import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortError } from '../../ports/port-error.ts';
import { lastLines, plainText } from '../store/log-text.ts';
import { nixCommand } from '../store/nix-command.ts';
import { nixEnvironment } from './nix-environment.ts';

export interface NixCheck {
  /** Null: there is no Nix. */
  readonly version: string | null;
  readonly ok: boolean;
  /** A line each: what is wrong, and what to do. */
  readonly problems: readonly string[];
}

/** Says whether this machine's Nix can do what the CI asks of it: found, 2.8 or newer, flakes, a store to write to. */
export async function checkNix(options: { nixConfig?: string } = {}): Promise<NixCheck> {
  const scratch = await mkdtemp(join(tmpdir(), 'orthrus-check-'));
  try {
    const env = nixEnvironment({
      own: process.env,
      gitConfigGlobal: '/dev/null',
      cacheDir: scratch,
      nixConfig: options.nixConfig ?? '',
    });
    const version = /(\d+\.\d+\S*)\s*$/.exec(
      (await nixCommand('nix', ['--version'], env)).stdout,
    )?.[1];
    const problems = [
      ...(isNewEnough(version)
        ? []
        : [`Nix ${version ?? '(of no version)'} is too old: install 2.8 or newer`]),
      ...(await storeProblems(env)),
    ];
    return { version: version ?? null, ok: problems.length === 0, problems };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { version: null, ok: false, problems: [error.message] };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function isNewEnough(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major > 2 || (major === 2 && minor >= 8);
}

/** Evaluates with flakes on, and writes a file of a few bytes into the store. */
async function storeProblems(env: NodeJS.ProcessEnv): Promise<string[]> {
  const write = 'if builtins ? getFlake then builtins.toFile "orthrus-check" "" else "no flakes"';
  const { code, stdout, stderr } = await nixCommand(
    'nix-instantiate',
    ['--eval', '--read-write-mode', '-E', write],
    env,
  );
  if (code === 0 && stdout.includes('/nix/store/')) return [];
  if (code === 0) return ["Nix has no flakes: allow the feature 'flakes' in nix.conf"];
  const said = lastLines(plainText(stderr));
  if (/cannot connect|daemon-socket/.test(said)) {
    return [`the Nix daemon does not answer: start nix-daemon (${said})`];
  }
  if (/Permission denied|Read-only file system/i.test(said)) {
    return [
      `the Nix store is not writable for this user: run nix-daemon, or give it /nix (${said})`,
    ];
  }
  return [`Nix does not work: ${said}`];
}
