import { readFile } from 'node:fs/promises';

/**
 * A process that cannot be mistaken for another one: pids are used again, and after a reboot from the beginning, so
 * a pid counts only with the moment it began at (field 22 of `/proc/<pid>/stat`) and the boot that counts from.
 */
export interface ProcessIdentity {
  readonly boot: string;
  readonly pid: number;
  readonly started: string;
}

export interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly started: string;
}

/** `boot:pid:started`, as the wrapper of a detached command leaves it. */
export function parseIdentity(text: string): ProcessIdentity | null {
  const [, boot, pid, started] = /^([0-9a-f-]+):(\d+):(\d+)$/.exec(text) ?? [];
  if (boot === undefined || pid === undefined || started === undefined) return null;
  return { boot, pid: Number(pid), started };
}

/** Null: no such process. The second field may hold spaces and brackets; it ends at the last bracket. */
export async function processStat(pid: number): Promise<ProcessStat | null> {
  let text: string;
  try {
    text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return null;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] ?? 'X',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    started: fields[19] ?? '',
  };
}

let boot: Promise<string> | undefined;

export function bootId(): Promise<string> {
  boot ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim());
  return boot;
}

/** A zombie has ended: nobody but its parent waits for it. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.boot !== (await bootId())) return false;
  const stat = await processStat(identity.pid);
  return stat !== null && stat.started === identity.started && !/[ZX]/.test(stat.state);
}
