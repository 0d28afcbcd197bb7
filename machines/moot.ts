import type { BranchContext } from './branch/context.ts';
import type { Effect } from './effect.ts';
import type { Snapshot } from './fold.ts';
import { isLive, overlayOf, type PullContext } from './pull-request/context.ts';
import { type AskedStatus, isAwaited } from './status.ts';

/**
 * Whether an effect's reason has gone since it was asked for: a newer head, a closed pull request, a newer status. The
 * engine asks just before it acts, and drops what is moot. An effect is moot only if nothing waits for its result.
 */
export function isMoot(snapshot: Snapshot, effect: Effect): boolean {
  if (effect.type === 'status.publish') return isReplaced(snapshot.context, effect.params);
  return snapshot.kind === 'pull'
    ? isMootForPull(snapshot.value, snapshot.context, effect)
    : isMootForBranch(snapshot.context, effect);
}

function isReplaced(context: PullContext | BranchContext, status: AskedStatus): boolean {
  return !isAwaited(context.statuses, status);
}

function isIn(value: Snapshot['value'], state: string): boolean {
  return typeof value === 'string' ? value === state : Object.hasOwn(value, state);
}

function isMootForPull(value: Snapshot['value'], context: PullContext, effect: Effect): boolean {
  const isOpen = context.pull?.state === 'open';
  const isEnding = isIn(value, 'closing') || isIn(value, 'closed');
  switch (effect.type) {
    case 'head.fetch':
    case 'overlay.push':
      return !isIn(value, 'merging') || effect.params.attempt !== context.attempt;
    case 'build.start': {
      // Also an earlier attempt's, if it was left to finish (A4). A deadline that has passed is no reason to give up:
      // the CI may come back (E8).
      const overlay = overlayOf(context, effect.params);
      return !isOpen || overlay === null || !isLive(overlay);
    }
    case 'cache.record':
      return !isIn(value, 'caching') || effect.params.attempt !== context.attempt;
    case 'branch.delete':
      return !isEnding && effect.params.branch === context.policy?.cacheBranch;
    case 'jobset.delete':
      return !isEnding && effect.params.ref === `refs/heads/${context.policy?.cacheBranch}`;
    case 'status.release':
      return isOpen && context.head === effect.params.commit;
    case 'command.answer':
    case 'build.cancel':
    case 'cache.retain':
    case 'status.publish':
    case 'timer.set':
    case 'timer.drop':
      return false;
  }
}

function isMootForBranch(context: BranchContext, effect: Effect): boolean {
  if (effect.type === 'jobset.delete') return context.head !== null;
  if (effect.type !== 'build.start') return false;
  return (
    context.build === null ||
    context.build.attempt !== effect.params.attempt ||
    context.build.phase === 'finished'
  );
}
