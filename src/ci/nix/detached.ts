import { spawn } from 'node:child_process';
import { lstat, readFile, readlink, rm, stat } from 'node:fs/promises';
import type { World } from '../../ports/world.ts';
import { isAlive, parseIdentity, type ProcessIdentity } from './process-identity.ts';
import { endProcessTree } from './process-tree.ts';

/**
 * A command that outlives this process (G1). It is told by a prefix, `…/0`, and leaves three files: `0.pid`, `0.log`
 * and, when it has ended, `0.status`.
 *
 * The wrapper claims the command by making `0.pid`, a symbolic link whose text is its identity: one system call that
 * is atomic and fails if the link is there. So a wrapper that a killed service had just begun, and the one that the next
 * service begins because it saw nothing, never both run the command. The status is moved into place whole; a wrapper
 * that is gone without one was killed, or the machine was.
 *
 * SIGTERM to the group ends the command; the wrapper lives on to say `terminated`, so that being stopped along with the
 * service (systemd's default is to end the whole control group) is told from a failure of its own.
 */
const wrapper = `
run=$1; shift
# 'pid (name) state ppid …': the twentieth field after the bracket is the start time
began() { read -r fields < /proc/$$/stat; set -- \${fields##*) }; echo "\${20}"; }
read -r boot < /proc/sys/kernel/random/boot_id
ln -sn "$boot:$$:$(began)" "$run.pid" || exit 0
ended=
trap 'ended=terminated' TERM INT HUP
"$@" < /dev/null > /dev/null 2>> "$run.log"
code=$?
echo "\${ended:-$code}" > "$run.status.new" && mv "$run.status.new" "$run.status"
`;

export interface Exited {
  readonly kind: 'exited';
  readonly code: number;
  readonly milliseconds: number;
}

export type Ended =
  | Exited
  /** It was told to end: by us, or together with the service. */
  | { readonly kind: 'terminated' }
  /** Nobody knows how it ended: a reboot, a SIGKILL. */
  | { readonly kind: 'lost' };

export type Standing = Ended | { readonly kind: 'absent' } | { readonly kind: 'running' };

const hasEnded = (standing: Standing): standing is Ended =>
  standing.kind !== 'absent' && standing.kind !== 'running';

/** The wrapper of the command, alive or not; null when it never began. */
export async function identityOf(prefix: string): Promise<ProcessIdentity | null> {
  try {
    return parseIdentity(await readlink(`${prefix}.pid`));
  } catch {
    return null;
  }
}

async function statusOf(prefix: string): Promise<Ended | null> {
  let text: string;
  try {
    text = (await readFile(`${prefix}.status`, 'utf8')).trim();
  } catch {
    return null;
  }
  if (!/^\d+$/.test(text)) return { kind: 'terminated' };
  const [began, ended] = await Promise.all([lstat(`${prefix}.pid`), stat(`${prefix}.status`)]);
  const milliseconds = Math.max(0, Math.round(ended.mtimeMs - began.mtimeMs));
  return { kind: 'exited', code: Number(text), milliseconds };
}

export async function standingOf(prefix: string): Promise<Standing> {
  const identity = await identityOf(prefix);
  if (identity !== null && (await isAlive(identity))) {
    return (await statusOf(prefix)) ?? { kind: 'running' };
  }
  // Looked at in this order, since the status is written before the wrapper ends.
  const status = await statusOf(prefix);
  if (status !== null) return status;
  return identity === null ? { kind: 'absent' } : { kind: 'lost' };
}

/** Makes the command one that never began; its log stays. */
export async function forget(prefix: string): Promise<void> {
  await Promise.all(
    ['pid', 'status', 'status.new'].map((suffix) => rm(`${prefix}.${suffix}`, { force: true })),
  );
}

/** Ends the command if it runs. */
export async function endDetached(
  prefix: string,
  graceMilliseconds: number,
  world: World,
): Promise<void> {
  const identity = await identityOf(prefix);
  if (identity !== null) await endProcessTree(identity, graceMilliseconds, world);
}

/** Starts the command. @returns what settles when its wrapper has ended; rejects if there can be no process. */
function spawnWrapper(
  prefix: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', wrapper, 'orthrus-build', prefix, ...command], {
      env,
      cwd: '/',
      detached: true,
      stdio: 'ignore',
    });
    child.once('error', reject);
    child.once('exit', () => resolve());
    child.unref();
  });
}

export interface Watching {
  readonly world: World;
  /** Aborted: nobody waits any more. The command goes on. */
  readonly signal: AbortSignal;
}

/** A process of our own tells us when it ends; one of an earlier service has to be looked at. */
const lookEvery = 100;

/** Waits until the command has ended, or, given `absent`, for as long as that says it may yet begin. */
export async function watchDetached(
  prefix: string,
  { world, signal }: Watching,
  mayBegin: () => boolean = () => false,
): Promise<Ended> {
  for (;;) {
    signal.throwIfAborted();
    const standing = await standingOf(prefix);
    if (hasEnded(standing)) return standing;
    if (standing.kind === 'absent' && !mayBegin()) return { kind: 'lost' };
    await new Promise<void>((resolve) => void world.after(lookEvery, resolve));
  }
}

/** Runs the command, or joins it where it runs, or tells how it ended. Safe to call again at any time. */
export async function runDetached(
  prefix: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  watching: Watching,
): Promise<Ended> {
  watching.signal.throwIfAborted();
  const standing = await standingOf(prefix);
  if (hasEnded(standing)) return standing;
  if (standing.kind === 'absent') {
    const wrapperEnd = spawnWrapper(prefix, command, env);
    await aborted(watching.signal, wrapperEnd);
  }
  return await watchDetached(prefix, watching);
}

async function aborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
