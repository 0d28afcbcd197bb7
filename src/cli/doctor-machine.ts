import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { checkNix } from '../ci/nix/check-nix.ts';
import type { Config } from '../config/schema.ts';
import { readLog } from '../log/database.ts';
import { isInUse } from '../log/in-use.ts';
import { LogError } from '../log/log-error.ts';
import { count } from './text.ts';

/** One thing that was looked at. `ok` null: neither right nor wrong. */
export interface Check {
  readonly name: string;
  readonly ok: boolean | null;
  /** What there is, or what is wrong and what to do. */
  readonly message: string;
}

/** Below this, SQLite and git soon have no room. */
const leastRoom = 200 * 1024 * 1024;

export async function checkDatabase(config: Config): Promise<Check> {
  const name = 'database';
  const { file } = config.database;
  const cannot = await cannotWrite(existsSync(file) ? file : dirname(file));
  if (cannot !== null) return { name, ok: false, message: cannot };
  if (!existsSync(file))
    return { name, ok: true, message: `${file}: none yet; \`orthrus serve\` makes it` };
  try {
    const log = await readLog(file);
    const { events } = await log.db
      .selectFrom('events')
      .select((row) => row.fn.countAll<number>().as('events'))
      .executeTakeFirstOrThrow();
    await log.close();
    const use = isInUse(file) ? '; a service writes it' : '';
    return { name, ok: true, message: `${file}: ${count(events, 'event')}${use}` };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return { name, ok: error.code === 'older', message: `${file}: ${error.message}` };
  }
}

export async function checkStateDir({ stateDir }: Config): Promise<Check> {
  const name = 'state folder';
  let there = stateDir;
  while (!existsSync(there) && there !== dirname(there)) there = dirname(there);
  const cannot = await cannotWrite(there);
  if (cannot !== null) return { name, ok: false, message: cannot };
  const { bavail, bsize } = await statfs(there);
  const room = bavail * bsize;
  if (room < leastRoom)
    return {
      name,
      ok: false,
      message: `${stateDir}: only ${Math.round(room / 1024 / 1024)} MB are left; make room, or name another "stateDir"`,
    };
  return { name, ok: true, message: there === stateDir ? stateDir : `${stateDir}: to be made` };
}

async function cannotWrite(path: string): Promise<string | null> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return existsSync(path)
      ? `${path} cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : ''}); give the user that runs orthrus the permission`
      : `${path} does not exist; make it`;
  }
}

export async function checkGit(): Promise<Check> {
  const name = 'git';
  let text: string;
  try {
    text = (await promisify(execFile)('git', ['--version'])).stdout;
  } catch {
    return { name, ok: false, message: 'not found; install git 2.30 or newer' };
  }
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  const isNew = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 30);
  return {
    name,
    ok: isNew,
    message: isNew ? text.trim() : `${text.trim()} is too old; install 2.30 or newer`,
  };
}

/** Each CI that is this machine's own Nix. */
export async function checkNixes(config: Config): Promise<Check[]> {
  return Promise.all(
    Object.entries(config.ci).flatMap(([ci, configured]) =>
      configured.kind === 'nix' ? [checkOne(ci, configured.nixConfig)] : [],
    ),
  );
}

async function checkOne(ci: string, nixConfig: string): Promise<Check> {
  const { version, ok, problems } = await checkNix({ nixConfig });
  return { name: `CI ${ci}`, ok, message: ok ? `Nix ${version ?? ''}` : problems.join('; ') };
}
