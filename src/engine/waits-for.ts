import { duration, shortSha } from '../../machines/describe.ts';
import { type Snapshot, stateText } from '../../machines/fold.ts';
import { current } from '../../machines/pull-request/context.ts';
import type { EffectRow } from '../log/schema.ts';

/** What is next, and who has to do it, in one sentence; null when nothing is. */
export function waitsFor(
  of: {
    readonly snapshot: Snapshot;
    readonly held: string | null;
    readonly pending: readonly EffectRow[];
  },
  now: number,
): string | null {
  if (of.held !== null) return `somebody to accept what this version makes of its log (${of.held})`;
  const trouble = of.pending.find((row) => row.kind === 'effect' && row.last_error !== null);
  const said = sentence(of.snapshot);
  if (trouble === undefined || said === null) return said;
  const rest = trouble.run_at > now ? `again in ${duration(trouble.run_at - now)}` : 'again now';
  return `${said}; ${trouble.type} failed ${times(trouble.attempts)} and is tried ${rest}: ${trouble.last_error ?? ''}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function sentence(snapshot: Snapshot): string | null {
  const state = stateText(snapshot.value);
  const head = snapshot.context.head === null ? 'it' : shortSha(snapshot.context.head);
  switch (state) {
    case 'merging.fetching':
      return `git, to fetch ${head}`;
    case 'merging.pushing':
      return `git, to push the overlay of ${head}`;
    case 'building':
      return `the CI, to ${hasBegun(snapshot) ? 'finish' : 'start'} the build of ${head}`;
    case 'caching':
      return 'git, to record the cache on the cache branch';
    case 'reporting':
      return 'the forge, to take the verdict';
    case 'blocked':
      return snapshot.kind === 'pull' && snapshot.context.blocked !== null
        ? `the cause to go away: ${snapshot.context.blocked.message}`
        : 'the cause to go away';
    case 'awaitingApproval':
      return `somebody who may write, to approve ${head}`;
    case 'draft':
      return 'its author, to mark it ready for review';
    case 'closing':
      return 'the cache branch to be deleted';
    default:
      return null;
  }
}

function hasBegun(snapshot: Snapshot): boolean {
  const build = snapshot.kind === 'pull' ? current(snapshot.context) : snapshot.context.build;
  return build?.startedAt != null;
}
