import { streamName } from '../../machines/stream.ts';
import { type PullModel, repository, writers } from './models/forge-model.ts';
import type { Tree } from './models/git-model.ts';
import type { Act } from './plan.ts';
import { forgeName } from './process.ts';
import type { Universe } from './universe.ts';

/** What is on main before anything happens. */
export const firstTree: Tree = {
  'README.md': 'Hello',
  lib: 'l0',
  'jobs/a': 'a0',
  'jobs/b': 'b0 +lib',
  '.github/workflows/ci.yml': 'on: push',
};

export function cacheBranch(number: number): string {
  return `orthrus/pr-${number}`;
}

export function pullStream(number: number): string {
  return streamName({
    forge: forgeName,
    repositoryId: repository.id,
    subject: { kind: 'pull', number },
  });
}

export function branchStream(branch: string): string {
  return streamName({
    forge: forgeName,
    repositoryId: repository.id,
    subject: { kind: 'branch', branch },
  });
}

type Of<Do extends Act['do']> = Extract<Act, { do: Do }>;

/** Does one item of a plan. What makes no sense (any more) is left alone: plans are shrunk by leaving items out. */
export function perform(universe: Universe, act: Act): void {
  switch (act.do) {
    case 'main':
      return universe.move('main', change(universe, [main(universe)], act.files));
    case 'open':
      return open(universe, act);
    case 'queue':
      return universe.move(
        act.name,
        act.files === null ? null : change(universe, [main(universe)], act.files),
      );
    case 'collect':
      return universe.ci.store.collect((path) =>
        universe.chance.happens(`lost ${path}`, act.share),
      );
    case 'jump':
      universe.skew += act.by;
      return;
    case 'crash':
      return universe.doom(act.after, act.down);
    case 'trouble':
      return universe.troubles.begin(act);
    default: {
      const pull = universe.forge.pulls.get(act.pull);
      if (act.do === 'squat') squat(universe, act.pull);
      else if (pull !== undefined) performOn(universe, pull, act);
    }
  }
}

function main(universe: Universe): string {
  return universe.git.branch('main') ?? change(universe, [], firstTree);
}

function change(
  universe: Universe,
  parents: readonly string[],
  files: Readonly<Record<string, string | null>>,
  isStranger = false,
): string {
  const [first] = parents;
  const tree: Record<string, string> = {
    ...(first === undefined ? {} : universe.git.get(first).tree),
  };
  for (const [path, text] of Object.entries(files))
    if (text === null) delete tree[path];
    else tree[path] = text;
  const date = universe.clock.now;
  const message = isStranger ? 'A change from outside' : 'A change';
  const sha = universe.commit({ tree, parents, message, date });
  if (isStranger) universe.strangers.add(sha);
  return sha;
}

function open(
  universe: Universe,
  { pull: number, by, draft, files, onto, like }: Of<'open'>,
): void {
  const { forge } = universe;
  if (forge.pulls.has(number)) return;
  const fork = !writers.has(by);
  const twin = like === null ? undefined : forge.pulls.get(like);
  const below = onto === null ? undefined : forge.pulls.get(onto);
  const head = twin?.head ?? change(universe, [below?.head ?? main(universe)], files, fork);
  const headBranch = fork ? null : `feature-${number}`;
  pushHead(universe, number, headBranch, head);
  forge.change({
    number,
    state: 'open',
    title: `change ${number}`,
    head,
    headRef: `refs/pull/${number}/head`,
    base: 'main',
    draft,
    author: by,
    trusted: !fork,
    authorMayWrite: !fork,
    headBranch,
    labels: [],
    changedAt: null,
    heads: [head],
  });
}

function pushHead(universe: Universe, number: number, branch: string | null, head: string): void {
  universe.git.refs.set(`refs/pull/${number}/head`, head);
  if (branch === null) return;
  universe.vouchedFor.add(head);
  universe.move(branch, head);
}

type OnPull = Exclude<
  Act,
  { do: 'main' | 'open' | 'queue' | 'collect' | 'jump' | 'crash' | 'trouble' | 'squat' }
>;

function performOn(universe: Universe, pull: PullModel, act: OnPull): void {
  const { forge, git } = universe;
  const isOpen = pull.state === 'open';
  const { head, number } = pull;
  switch (act.do) {
    case 'push':
      if (head !== null) push(universe, pull, change(universe, [head], act.files, !pull.trusted));
      return;
    case 'pull-main': {
      if (head === null || git.isAncestor(main(universe), head)) return;
      const base = git.mergeBase(head, main(universe));
      const theirs = git.get(main(universe)).tree;
      const old = base === null ? {} : git.get(base).tree;
      const news = Object.entries(theirs).filter(([path, text]) => old[path] !== text);
      return push(
        universe,
        pull,
        change(universe, [head, main(universe)], Object.fromEntries(news), !pull.trusted),
      );
    }
    case 'force': {
      const before = pull.heads.at(-2);
      if (act.to === 'main')
        push(universe, pull, change(universe, [main(universe)], act.files, !pull.trusted));
      else if (before !== undefined) push(universe, pull, before);
      return;
    }
    case 'close':
      if (isOpen) forge.change({ ...pull, state: 'closed' });
      return;
    case 'merge': {
      if (!isOpen || head === null) return;
      const merged = { ...git.get(main(universe)).tree, ...git.get(head).tree };
      universe.move('main', change(universe, [main(universe), head], merged));
      return forge.change({ ...pull, state: 'merged' });
    }
    case 'reopen':
      if (pull.state === 'closed' && head !== null) forge.change({ ...pull, state: 'open' });
      return;
    case 'retarget':
      if (isOpen) forge.change({ ...pull, base: act.base });
      return;
    case 'draft':
      if (isOpen && pull.draft !== act.draft) forge.change({ ...pull, draft: act.draft });
      return;
    case 'label':
      if (isOpen) forge.change({ ...pull, labels: [...pull.labels, act.label] });
      return;
    case 'vanish':
      if (pull.headBranch !== null) universe.move(pull.headBranch, null);
      return forge.change({ ...pull, head: null });
    case 'comment':
      return comment(universe, pull, act);
    case 'rebuild':
      universe.note({ kind: 'asked', number, cold: act.cold });
      return universe.process?.operate(pullStream(number), {
        type: 'rebuild.requested',
        cold: act.cold,
        by: 'operator',
      });
    case 'touch': {
      const tip = git.branch(cacheBranch(number));
      if (tip !== null)
        universe.move(cacheBranch(number), change(universe, [tip], { 'README.md': 'touched' }));
      return;
    }
    case 'delete-branch':
      return universe.move(cacheBranch(number), null);
    case 'restore-branch': {
      const tip = universe.lastTips.get(cacheBranch(number));
      if (tip !== undefined && git.branch(cacheBranch(number)) === null)
        universe.move(cacheBranch(number), tip);
      return;
    }
  }
}

function push(universe: Universe, pull: PullModel, head: string): void {
  if (pull.state === 'merged' || pull.head === null || head === pull.head) return;
  // Of a closed pull request the forge follows nothing but its branch.
  if (pull.state === 'closed') return;
  pushHead(universe, pull.number, pull.headBranch, head);
  universe.forge.change({ ...pull, head, heads: [...pull.heads, head] });
}

function comment(universe: Universe, pull: PullModel, said: Of<'comment'>): void {
  const { number, head } = pull;
  const { by, command, named } = said;
  if (writers.has(by)) {
    // Of a head that is gone its page still shows what it was.
    const shown = head ?? pull.heads.at(-1);
    if (command === 'approve' && shown !== undefined)
      universe.note({ kind: 'approved', number, head: shown });
    if (command === 'rebuild' || command === 'rebuild-cold')
      universe.note({ kind: 'asked', number, cold: command === 'rebuild-cold' });
  }
  const short = named && head !== null ? head.slice(0, 12) : null;
  universe.forge.commentOn(number, by, {
    kind: command,
    head: command === 'approve' ? short : null,
  });
}

/** Somebody has a branch of the name that the cache branch would have (E7). */
function squat(universe: Universe, number: number): void {
  if (universe.git.branch(cacheBranch(number)) !== null) return;
  universe.move(
    cacheBranch(number),
    change(universe, [main(universe)], { 'README.md': `mine ${number}` }),
  );
}
