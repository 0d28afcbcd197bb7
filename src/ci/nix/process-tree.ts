import { readdir } from 'node:fs/promises';
import type { World } from '../../ports/world.ts';
import {
  isAlive,
  processStat,
  type ProcessIdentity,
  type ProcessStat,
} from './process-identity.ts';

async function allProcesses(): Promise<ProcessStat[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(names.map((name) => processStat(Number(name))));
  return stats.filter((stat) => stat !== null);
}

/**
 * The process, all that descends from it, and all that shares a session with one of those: a builder has a group and
 * a session of its own, and what it left behind in the background has lost its parents but not its session.
 * @param sessions grows by what is found, so that a second look finds what was forked after the first.
 */
function treeOf(
  root: number,
  sessions: Set<number>,
  processes: readonly ProcessStat[],
): ProcessStat[] {
  const tree = new Map<number, ProcessStat>();
  for (let size = -1; size !== tree.size; ) {
    size = tree.size;
    for (const stat of processes) {
      if (stat.pid === root || tree.has(stat.parent) || sessions.has(stat.session)) {
        tree.set(stat.pid, stat);
        sessions.add(stat.session);
      }
    }
  }
  return [...tree.values()].filter((stat) => stat.pid !== process.pid && !/[ZX]/.test(stat.state));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended by itself
  }
}

const pause = (world: World, milliseconds: number): Promise<void> =>
  new Promise((resolve) => void world.after(milliseconds, resolve));

/**
 * Ends a detached command, the leader of its own group and session. SIGTERM first: Nix then ends its builders and
 * unlocks its outputs. It is sent again and again, since the wrapper may not have begun its command when the first
 * one comes. SIGKILL after the grace is for the whole tree: killing Nix alone leaves the builder running.
 */
export async function endProcessTree(
  leader: ProcessIdentity,
  graceMilliseconds: number,
  world: World,
): Promise<void> {
  const step = 100;
  for (let waited = 0; waited < graceMilliseconds; waited += step) {
    if (!(await isAlive(leader))) return;
    if (waited % 1000 === 0) signal(-leader.pid, 'SIGTERM');
    await pause(world, step);
  }
  if (!(await isAlive(leader))) return;
  const sessions = new Set([leader.pid]);
  for (let round = 0; round < 50; round += 1) {
    const tree = treeOf(leader.pid, sessions, await allProcesses());
    if (tree.length === 0) return;
    for (const stat of tree) signal(stat.pid, 'SIGKILL');
    await pause(world, 20);
  }
}
