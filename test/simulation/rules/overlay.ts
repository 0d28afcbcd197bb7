import { numberOf } from '../ledger.ts';
import type { FactOf } from '../facts.ts';
import { changedPaths } from '../models/git-model.ts';
import { cacheBranch, pullStream } from '../people.ts';
import { standings } from '../streams.ts';
import { type Findings, type Look, type Rule, short } from './rule.ts';

const files: readonly string[] = ['cache.nix', 'commit.txt'];

/** The head that an overlay says it is of. */
export function headOf({ universe }: Look, overlay: string): string | null {
  return /^([0-9a-f]{40})\n$/.exec(universe.git.get(overlay).tree['commit.txt'] ?? '')?.[1] ?? null;
}

/** The attempt that made a commit, as its message says. */
export function attemptOf({ universe }: Look, commit: string): number {
  return Number(/^Orthrus-Attempt: (\d+)$/m.exec(universe.git.get(commit).message)?.[1] ?? 0);
}

function* isOverlay(look: Look, commit: string, number: number): Findings {
  const { git, forge } = look.universe;
  const head = headOf(look, commit);
  if (head === null || forge.pulls.get(number)?.heads.includes(head) !== true) {
    yield `commit.txt of ${short(commit)} names no head of #${number}`;
    return;
  }
  const others = changedPaths(git.get(head).tree, git.get(commit).tree).filter(
    (path) => !files.includes(path),
  );
  if (others.length > 0)
    yield `${short(commit)} differs from ${short(head)} in ${others.join(', ')}`;
}

export const overlayTree: Rule = {
  name: 'overlay',
  sentence:
    'Whatever the service puts on a cache branch has the tree of a head of that pull request plus the two files, and `commit.txt` is that head; at rest it is the newest head.',
  on: {
    *moved({ by, branch, to }, look) {
      const number = numberOf(branch);
      if (by !== 'us' || to === null) return;
      if (number === null) yield `${branch} is no cache branch`;
      else yield* isOverlay(look, to, number);
    },
  },
  *atRest(look) {
    for (const { pull, state } of standings(look)) {
      if (pull.state !== 'open' || state !== 'idle' || pull.head === null) continue;
      const tip = look.universe.git.branch(cacheBranch(pull.number));
      if (tip === null) yield `#${pull.number} has no cache branch`;
      else {
        yield* isOverlay(look, tip, pull.number);
        const head = headOf(look, tip);
        if (head !== pull.head)
          yield `#${pull.number} is at ${short(pull.head)}, its cache branch at ${short(head)}`;
      }
    }
  },
};

export const history: Rule = {
  name: 'history',
  sentence:
    'An overlay keeps the history of the branch exactly when the pull request does: on top of what the service knows to be there after a fast-forward push, on the head alone after a force-push. Of what others put there it keeps nothing.',
  on: {
    *moved(moved, look) {
      const { by, branch, from, to } = moved;
      if (by !== 'us' || to === null) return;
      const [first, second] = look.universe.git.get(to).parents;
      if (first !== undefined && second !== undefined && !look.ledger.ours.get(branch)?.has(first))
        yield `${branch} goes on from ${short(first)}, which is none of ours`;
      if (!isKnown(look, moved)) return;
      const { git } = look.universe;
      const [before, after] = [from === null ? null : headOf(look, from), headOf(look, to)];
      const { parents } = git.get(to);
      const isKept = from !== null && parents[0] === from;
      if (after === null) return;
      const isForward = before !== null && git.isAncestor(before, after);
      if (isKept && !isForward)
        yield `${branch} keeps ${short(from)} of ${short(before)}, which ${short(after)} has dropped`;
      if (isForward && !isKept)
        yield `${branch} drops ${short(from)}, though ${short(after)} goes on from ${short(before)}`;
    },
  },
};

/**
 * Whether the service was told that its push came to this, and not since that the branch is gone (it may have been
 * restored, B3): what it does not know of it need not keep.
 */
function isKnown({ facts }: Look, { branch, from }: FactOf<'moved'>): boolean {
  const stream = pullStream(numberOf(branch) ?? 0);
  const told = facts.findLast(
    (fact): fact is FactOf<'recorded'> =>
      fact.kind === 'recorded' &&
      fact.stream === stream &&
      (fact.event.type === 'branch.deleted' ||
        ((fact.event.type === 'overlay.pushed' || fact.event.type === 'cache.recorded') &&
          fact.event.commit === from)),
  );
  return from !== null && told !== undefined && told.event.type !== 'branch.deleted';
}

export const foreignBranches: Rule = {
  name: 'not ours',
  sentence:
    'No branch is moved or deleted but one that stands on a commit that the service itself put there; and an overlay takes the place of nothing but what was seen there before it was made.',
  on: {
    *moved({ by, branch, from, to }, look) {
      const { facts, ledger, universe } = look;
      if (by !== 'us') return;
      if (to !== null && universe.git.get(to).message.startsWith('Overlay')) {
        const stream = pullStream(numberOf(branch) ?? 0);
        const seen = facts[ledger.planned.get(`${stream} ${attemptOf(look, to)}`) ?? -1];
        const isSeen =
          seen?.kind === 'recorded' &&
          seen.event.type === 'head.fetched' &&
          seen.event.tip === from;
        if (!isSeen) yield `${short(to)} takes the place of ${short(from)}, which nobody had seen`;
      }
      if (from === null) return;
      const ours = ledger.ours.get(branch);
      for (let at: string | undefined = from; at !== undefined; [at] = universe.git.get(at).parents)
        if (ours?.has(at) === true) return;
      yield `${branch} was at ${short(from)}, which is none of ours`;
    },
  },
};

export const trust: Rule = {
  name: 'trust',
  sentence:
    'No commit by somebody who may not write comes onto a branch of the repository unless somebody who may has approved a head that holds it, or has it on a branch of theirs.',
  on: {
    *moved({ by, to }, { ledger, universe }) {
      if (by !== 'us' || to === null) return;
      const { git, strangers } = universe;
      const theirs = [...git.history(to)].filter(({ sha }) => strangers.has(sha));
      if (theirs.length === 0) return;
      const vouched = new Set<string>();
      const heads = [...ledger.approved.values()].flatMap((approved) => [...approved]);
      const branches = [...git.refs].flatMap(([ref, sha]) =>
        ref.startsWith('refs/heads/') && !ref.startsWith('refs/heads/orthrus/') ? [sha] : [],
      );
      for (const head of [...heads, ...branches, ...universe.vouchedFor])
        for (const { sha } of git.history(head)) vouched.add(sha);
      for (const { sha } of theirs)
        if (!vouched.has(sha)) yield `${short(sha)} came in with ${short(to)}, and nobody vouched`;
    },
  },
};
