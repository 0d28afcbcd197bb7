import { Chance } from './chance.ts';
import { writers } from './models/forge-model.ts';
import type { Act, Item, Plan, Settings, Trouble } from './plan.ts';

const minute = 60_000;

/** Makes a plan from a seed. */
export function generate(seed: number): Plan {
  const chance = new Chance(seed ^ 0x5eed);
  const span = chance.between('span', 10, 45) * minute;
  const items: Item[] = [];
  const at = (place: string, from = 0): number => chance.between(`when ${place}`, from, span);
  const add = (when: number, act: Act): void => void items.push({ at: when, act });

  // One run in five has no trouble at all: what goes wrong there is wrong on a good day.
  const isGoodDay = chance.happens('a good day', 0.2);
  const pulls = chance.between('pulls', 2, 6);
  for (let number = 1; number <= pulls; number += 1) {
    const opened = at(`open ${number}`);
    const beginning = opening(chance, number);
    add(opened, beginning);
    // What waits for approval may be pushed over while it is given.
    if (!writers.has(beginning.by) && chance.happens('is approved', 0.15)) {
      const approved = at(`approve ${number}`, opened);
      add(approved, {
        do: 'comment',
        pull: number,
        by: 'ada',
        command: 'approve',
        named: chance.happens('approval is named', 0.5),
      });
      add(approved + chance.between('pushed meanwhile', 500, 3000), push(chance, number));
    }
    // What is opened by mistake is gone before anybody has looked.
    if (chance.happens('gone at once', 0.04)) {
      add(opened + chance.between('gone after', 0, 500), { do: 'vanish', pull: number });
      add(at(`squat ${number}`, opened), { do: 'squat', pull: number });
    }
    const acts = chance.between('acts', 1, 7);
    for (let count = 0; count < acts; count += 1) {
      const when = at(`act ${number}`, opened);
      const act = actOn(chance, number);
      add(when, act);
      // What is approved may be pushed over while that is looked into.
      if (act.do === 'comment' && act.command === 'approve' && chance.happens('at once', 0.4))
        add(when + chance.between('pushed over', 0, 8000), push(chance, number));
      if (act.do === 'push' && chance.happens('in a hurry', 0.2)) {
        add(when + chance.between('pushed again', 0, 8000), push(chance, number));
        // Many people in a hurry make the forge slow.
        if (!isGoodDay && chance.happens('slow', 0.2))
          add(when, { do: 'trouble', with: 'forge', how: 'slow', share: 0.7, for: minute });
      }
    }
    if (chance.happens('is closed', 0.6)) {
      const ended = at(`end ${number}`, opened);
      add(ended, { do: chance.pick('how it ends', ['close', 'merge']), pull: number });
      // What is closed by mistake is open again while it is still being ended.
      if (chance.happens('is opened again', 0.2))
        add(ended + chance.between('opened again', 0, 10_000), { do: 'reopen', pull: number });
      if (chance.happens('is restored', 0.15))
        add(at(`restore ${number}`, ended), { do: 'restore-branch', pull: number });
    }
  }
  // One that comes last, with the head of another, and stays.
  if (chance.happens('late twin', 0.15))
    add(span, {
      ...opening(chance, pulls + 1),
      by: 'ada',
      draft: false,
      like: chance.between('twin of', 1, pulls),
    });
  if (chance.happens('stack', 0.1))
    items.push(...stack(chance, pulls + 2, chance.between('stack begins', 0, span)));
  const commits = chance.between('main', 0, 4);
  for (let count = 0; count < commits; count += 1)
    add(at('main'), { do: 'main', files: files(chance) });
  if (chance.happens('queue', 0.15)) {
    const begun = at('queue');
    const name = 'gh-readonly-queue/main/pr-1';
    add(begun, { do: 'queue', name, files: files(chance) });
    add(at('queue', begun), { do: 'queue', name, files: null });
  }
  if (!isGoodDay) {
    const troubles = chance.between('troubles', 0, 5);
    for (let count = 0; count < troubles; count += 1) add(at('trouble'), trouble(chance, span));
    const crashes = chance.between('crashes', 0, 4);
    for (let count = 0; count < crashes; count += 1)
      add(at('crash'), {
        do: 'crash',
        after: chance.between('crash after', 0, 60),
        down: chance.between('down', 100, chance.happens('long down', 0.2) ? 20 * minute : 20_000),
      });
    if (chance.happens('jumps', 0.2))
      add(at('jump'), {
        do: 'jump',
        by: chance.between('jump', -6 * 60, 12 * 60) * minute,
      });
    const collections = chance.between('collections', 0, 2);
    for (let count = 0; count < collections; count += 1)
      add(at('collect'), {
        do: 'collect',
        share: chance.pick('collected', [0, 0, 0, 0.3, 1]),
      });
  }
  return { seed, settings: settings(chance), items: items.toSorted((a, b) => a.at - b.at) };
}

function settings(chance: Chance): Settings {
  return {
    manner: chance.pick('manner', ['listener', 'listener', 'messages', 'messages', 'pushes']),
    tells: chance.happens('tells', 0.7),
    repository: {
      drafts: chance.pick('drafts', ['build', 'skip']),
      onForcePush: chance.pick('onForcePush', ['keep', 'keep', 'cold']),
      onPush: chance.pick('onPush', ['finish-cold', 'finish-cold', 'cancel']),
      coldRetry: chance.happens('coldRetry', 0.8),
      coldEvery: chance.pick('coldEvery', [null, null, null, 1, 2]),
      report: { jobs: chance.pick('jobs', ['failed', 'failed', 'all', 'none']) },
    },
  };
}

/** Ada and Bo may write, Eve and Mallory may not. */
function opening(chance: Chance, pull: number): Extract<Act, { do: 'open' }> {
  const other = pull > 1 ? chance.between('other', 1, pull - 1) : null;
  return {
    do: 'open',
    pull,
    by: chance.pick('by', ['ada', 'ada', 'bo', 'eve', 'mallory']),
    draft: chance.happens('draft', 0.15),
    files: files(chance),
    onto: chance.happens('stacked', 0.15) ? other : null,
    like: chance.happens('twin', 0.12) ? other : null,
  };
}

/** A pull request on top of another one, which is closed once both are built; then the upper one goes on. */
function stack(chance: Chance, lower: number, begun: number): Item[] {
  const upper = lower + 1;
  const after = (place: string, minutes: number): number =>
    begun + minutes * minute + chance.between(`stack ${place}`, 0, minute);
  const opened = { do: 'open', draft: false, like: null } as const;
  return [
    {
      at: after('lower', 0),
      act: { ...opened, pull: lower, by: 'ada', files: { 'jobs/a': 'a7' }, onto: null },
    },
    { at: after('pushed', 8), act: { do: 'push', pull: lower, files: { 'jobs/a': 'a8' } } },
    {
      at: after('upper', 11),
      act: { ...opened, pull: upper, by: 'bo', files: files(chance), onto: lower },
    },
    { at: after('closed', 14), act: { do: 'close', pull: lower } },
    { at: after('goes on', 16), act: { do: 'push', pull: upper, files: { 'README.md': 'Upper' } } },
  ];
}

/** What a commit changes. */
function files(chance: Chance): Record<string, string | null> {
  const version = chance.between('version', 1, 6);
  return chance.pick<Record<string, string | null>>('change', [
    { 'jobs/a': `a${version}` },
    { 'jobs/a': `a${version}` },
    { 'jobs/b': `b${version} +lib` },
    { lib: `l${version}` },
    { 'README.md': `Hello ${version}` },
    { 'jobs/a': `a${version}`, 'jobs/b': `b${version} +lib` },
    { 'jobs/a': `a${version} broken` },
    { 'jobs/b': `b${version} stale +lib` },
    { 'jobs/c': `c${version}` },
    { 'jobs/a': null },
    { 'jobs/c': null },
    { eval: 'broken' },
    { eval: null },
    { 'cache.nix': `{ mine = ${version}; }\n` },
    { 'commit.txt': `not a commit ${version}\n` },
    { '.github/workflows/ci.yml': `on: push ${version}` },
    { 'cache.nix/in-the-way': `${version}` },
    { 'cache.nix/in-the-way': null, 'cache.nix': null, 'commit.txt': null },
  ]);
}

function push(chance: Chance, pull: number): Act {
  return { do: 'push', pull, files: files(chance) };
}

function actOn(chance: Chance, pull: number): Act {
  const pushed = push(chance, pull);
  const somebody = chance.pick('who', ['ada', 'bo', 'ada', 'eve']);
  return chance.pick<Act>('act', [
    pushed,
    pushed,
    pushed,
    pushed,
    pushed,
    { do: 'pull-main', pull },
    { do: 'force', pull, to: chance.pick('to', ['main', 'before']), files: files(chance) },
    { do: 'force', pull, to: chance.pick('to', ['main', 'before']), files: files(chance) },
    { do: 'close', pull },
    { do: 'reopen', pull },
    { do: 'reopen', pull },
    { do: 'retarget', pull, base: chance.pick('base', ['main', 'develop']) },
    { do: 'draft', pull, draft: chance.happens('to draft', 0.5) },
    { do: 'label', pull, label: chance.pick('label', ['nice', 'cold']) },
    {
      do: 'comment',
      pull,
      by: somebody,
      command: 'approve',
      named: chance.happens('named', 0.5),
    },
    { do: 'comment', pull, by: somebody, command: 'approve', named: false },
    {
      do: 'comment',
      pull,
      by: somebody,
      command: chance.pick('command', ['rebuild', 'rebuild-cold', 'status']),
      named: false,
    },
    { do: 'rebuild', pull, cold: chance.happens('cold', 0.5) },
    { do: 'touch', pull },
    { do: 'delete-branch', pull },
    { do: chance.happens('squats', 0.3) ? 'squat' : 'vanish', pull },
  ]);
}

const ways: readonly [Pick<Trouble, 'with' | 'how'>, ...Pick<Trouble, 'with' | 'how'>[]] = [
  { with: 'git', how: 'before' },
  { with: 'git', how: 'after' },
  { with: 'git', how: 'slow' },
  { with: 'git', how: 'denied' },
  { with: 'git', how: 'declined' },
  { with: 'git', how: 'behind' },
  { with: 'forge', how: 'before' },
  { with: 'forge', how: 'after' },
  { with: 'forge', how: 'slow' },
  { with: 'forge', how: 'denied' },
  { with: 'forge', how: 'limited' },
  { with: 'forge', how: 'behind' },
  { with: 'ci', how: 'before' },
  { with: 'ci', how: 'after' },
  { with: 'ci', how: 'slow' },
  { with: 'ci', how: 'denied' },
  { with: 'deliveries', how: 'lost' },
  { with: 'deliveries', how: 'doubled' },
  { with: 'deliveries', how: 'late' },
  { with: 'builds', how: 'silent' },
  { with: 'builds', how: 'cancelled' },
  { with: 'builds', how: 'broken' },
  { with: 'builds', how: 'forgotten' },
  { with: 'builds', how: 'lost' },
  { with: 'builds', how: 'doubled' },
  { with: 'builds', how: 'late' },
  { with: 'disk', how: 'full' },
];

function trouble(chance: Chance, span: number): Act {
  return {
    do: 'trouble',
    ...chance.pick('trouble', ways),
    share: chance.pick('share', [0.1, 0.3, 0.7, 1]),
    for: chance.between('trouble lasts', 1000, Math.floor(span / 2)),
  };
}
