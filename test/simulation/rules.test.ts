import { afterEach, expect, test } from 'vitest';
import type { CommitStatus } from '../../src/ports/forge.ts';
import type { Fact } from './facts.ts';
import type { Tree } from './models/git-model.ts';
import { cacheBranch, pullStream } from './people.ts';
import type { Plan } from './plan.ts';
import { rules } from './rules/all.ts';
import { findingsOn, type Look } from './rules/rule.ts';
import { openDatabase, simulate } from './simulation.ts';

/** A good day: #1 is built, gets a second commit and stays open; #2 is closed; #3 is Eve's, and waits; #4 is Bo's. */
const goodDay: Plan = {
  seed: 1,
  settings: {
    manner: 'listener',
    tells: true,
    repository: {
      drafts: 'build',
      onForcePush: 'keep',
      onPush: 'finish-cold',
      coldRetry: true,
      coldEvery: null,
      report: { jobs: 'failed' },
    },
  },
  items: [
    opens(1, 'ada', { 'jobs/a': 'a1' }),
    { at: 1_800_000, act: { do: 'push', pull: 1, files: { 'jobs/b': 'b1' } } },
    opens(2, 'ada', { 'jobs/a': 'a2' }),
    { at: 1_900_000, act: { do: 'close', pull: 2 } },
    opens(3, 'eve', { 'jobs/a': 'a3' }),
    opens(4, 'bo', { 'jobs/a': 'a4 broken' }),
  ],
};

function opens(pull: number, by: string, files: Record<string, string>): Plan['items'][number] {
  const act = { do: 'open', pull, by, draft: false, files, onto: null, like: null } as const;
  return { at: 600_000 + pull, act };
}

const database = await openDatabase();
const before = await simulate(goodDay, database);

afterEach(() => {
  if (database.sqlite.inTransaction) database.sqlite.exec('rollback');
});

/** What each rule must find wrong, and how the world is broken for it. */
const breaks: Readonly<Record<string, (look: Look) => Promise<string[]> | string[]>> = {
  overlay: (look) => onMove(look, 'overlay', { 'README.md': 'slipped in' }),
  'overlay ': (look) => {
    look.universe.git.refs.delete(`refs/heads/${cacheBranch(1)}`);
    return atRest('overlay', look);
  },
  history: (look) => {
    const tip = tipOf(look, 1);
    const next = look.universe.forge.pulls.get(1)?.head ?? '';
    return onMove(look, 'history', {}, [next], tip);
  },
  'not ours': (look) =>
    on('not ours', look, {
      kind: 'moved',
      by: 'us',
      branch: 'main',
      from: look.universe.git.branch('main'),
      to: null,
    }),
  'not ours ': (look) => {
    const overlay = look.universe.git.get(tipOf(look, 1)).parents[0] ?? '';
    return on('not ours', look, { ...moved(look, overlay), from: null });
  },
  trust: (look) => {
    const eves = look.universe.forge.pulls.get(3)?.head ?? '';
    return onMove(look, 'trust', {}, [eves]);
  },
  'cache is earned': (look) =>
    onMove(look, 'cache is earned', { 'cache.nix': cacheFile(`${'a'.repeat(32)}-stranger`) }),
  'cache is there': (look) => {
    const path = aPath(look);
    look.universe.ci.store.paths.delete(path);
    look.ledger.take({ kind: 'collected', path, wasRooted: false });
    return onMove(look, 'cache is there', {});
  },
  'cache is kept': (look) => {
    look.universe.ci.store.roots.delete(pullStream(1));
    return atRest('cache is kept', look);
  },
  'cache is recorded': (look) => {
    const { git } = look.universe;
    const tip = git.get(tipOf(look, 1));
    const { 'cache.nix': _, ...tree } = tip.tree;
    git.refs.set(`refs/heads/${cacheBranch(1)}`, git.commit({ ...tip, tree }));
    return atRest('cache is recorded', look);
  },
  'unchanged is not built': (look) => {
    const evaluated = look.facts.findLast(
      (fact) => fact.kind === 'evaluated' && fact.build.stream === pullStream(1) && !fact.isBuilt,
    );
    if (evaluated?.kind !== 'evaluated') throw new Error('everything was built');
    return on('unchanged is not built', look, { ...evaluated, isBuilt: true });
  },
  'no false verdict': (look) => {
    const commit = look.universe.forge.pulls.get(4)?.head ?? '';
    return on('no false verdict', look, published(commit, 'success'));
  },
  'final status': (look) => {
    const head = look.universe.forge.pulls.get(4)?.head ?? '';
    look.universe.forge.statuses.delete(`${head} orthrus`);
    return atRest('final status', look);
  },
  settled: (look) => {
    const old = look.universe.forge.pulls.get(1)?.heads[0] ?? '';
    look.universe.forge.statuses.set(`${old} orthrus`, [statusOf(old, 'pending')]);
    return atRest('settled', look);
  },
  'not repeated': (look) => {
    const said = look.facts.findLast(
      (fact) => fact.kind === 'published' && fact.status.state === 'failure',
    );
    if (said?.kind !== 'published') throw new Error('nothing failed');
    const again = { ...said, isNew: false };
    return on('not repeated', { ...look, facts: [...look.facts, again] }, again);
  },
  'said once': (look) => {
    const said = look.facts.findLast(
      (fact) => fact.kind === 'published' && fact.status.state === 'success',
    );
    if (said?.kind !== 'published') throw new Error('nothing succeeded');
    return on('said once', { ...look, facts: [said, said] }, said);
  },
  'nothing is left': (look) => {
    look.universe.ci.jobsets.add(`refs/heads/${cacheBranch(2)}`);
    return atRest('nothing is left', look);
  },
  'one overlay': (look) => {
    const { git } = look.universe;
    const tip = git.get(tipOf(look, 1));
    const overlay = git.get(tip.parents[0] ?? '');
    const twin = git.commit({ ...overlay, date: overlay.date + 60_000 });
    const fact = moved(look, twin);
    return on('one overlay', { ...look, facts: [...look.facts, fact] }, fact);
  },
  'asked again': (look) => {
    const last = look.facts.findLast((fact) => fact.kind === 'recorded' && fact.handled);
    if (last?.kind !== 'recorded') throw new Error('nothing was recorded');
    const event = { type: 'build.lost', commit: 'c'.repeat(40), attempt: 99 } as const;
    return on('asked again', look, { ...last, state: 'building', event });
  },
  'nothing moot': (look) => on('nothing moot', look, { ...moved(look, ''), to: null }),
  'asked about': (look) => {
    look.sqlite.exec(
      `update snapshots set context = json_set(context, '$.overlays[#-1].phase', 'overdue')`,
    );
    return atRest('asked about', look);
  },
  'newest look': (look) => {
    const last = look.facts.findLast(
      (fact) => fact.kind === 'recorded' && fact.event.type === 'pull.observed',
    );
    if (last?.kind !== 'recorded' || last.event.type !== 'pull.observed')
      throw new Error('nothing was observed');
    const event = { ...last.event, pull: { ...last.event.pull, changedAt: 0 } };
    const old = { ...last, event };
    return on('newest look', { ...look, facts: [...look.facts, old] }, old);
  },
  'late results': (look) => {
    const last = look.facts.findLast(
      (fact) => fact.kind === 'recorded' && fact.event.type === 'build.finished',
    );
    if (last?.kind !== 'recorded') throw new Error('nothing was built');
    return on('late results', look, { ...last, state: 'closed' });
  },
  'not forgotten': (look) => {
    const last = look.facts.findLast((fact) => fact.kind === 'recorded');
    const build = [...look.universe.ci.builds.values()].find(
      ({ stream }) => stream === pullStream(1),
    );
    if (last?.kind !== 'recorded' || build === undefined) throw new Error('nothing was built');
    build.phase = 'started';
    const { commit, attempt } = build;
    const failed = { commit, attempt, code: 'denied', message: '' } as const;
    const event = { type: 'build.cancel.failed', ...failed } as const;
    return on('not forgotten', look, { ...last, stream: pullStream(1), event });
  },
  'no surprise': (look) => on('no surprise', look, { kind: 'surprise', error: new TypeError('!') }),
  bounded: (look) => {
    look.sqlite.exec(`update snapshots set context = context || hex(zeroblob(40000))`);
    return atRest('bounded', look);
  },
  replays: (look) => {
    look.sqlite.exec(`update events set state = 'idle' where version = 2`);
    return atRest('replays', { ...look });
  },
  rebuilds: (look) => {
    look.sqlite.exec(`update effects set params = '{}' where type = 'overlay.push'`);
    return atRest('rebuilds', { ...look });
  },
};

test('on a good day no rule is broken', () => {
  expect(before.broken).toEqual([]);
});

test('every rule is broken here', () => {
  // Some in more than one way.
  const broken = new Set(Object.keys(breaks).map((name) => name.trim()));
  expect([...broken].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
});

test.each(Object.entries(breaks))('a world in which "%s" is broken is found', async (name, run) => {
  const { look } = await simulate(goodDay, database);
  database.sqlite.exec('begin');
  expect({ name, found: (await run(look)).length > 0 }).toEqual({ name, found: true });
});

function on(name: string, look: Look, fact: Fact): string[] {
  return rules
    .filter((rule) => rule.name === name)
    .flatMap((rule) => [...findingsOn(rule, fact, look)]);
}

async function atRest(name: string, look: Look): Promise<string[]> {
  const found = rules
    .filter((rule) => rule.name === name)
    .map(async (rule) => [...((await rule.atRest?.(look)) ?? [])]);
  return (await Promise.all(found)).flat();
}

function tipOf({ universe }: Look, number: number): string {
  return universe.git.branch(cacheBranch(number)) ?? '';
}

/** The service puts a commit on #1's cache branch: its tip, with other files. */
function onMove(
  look: Look,
  name: string,
  files: Tree,
  parents?: readonly string[],
  from?: string,
): string[] {
  const { git } = look.universe;
  const tip = git.get(tipOf(look, 1));
  const to = git.commit({
    ...tip,
    parents: parents ?? tip.parents,
    tree: { ...tip.tree, ...files },
  });
  return on(name, look, { ...moved(look, to), from: from ?? tip.sha });
}

function moved(look: Look, to: string): Extract<Fact, { kind: 'moved' }> {
  return { kind: 'moved', by: 'us', branch: cacheBranch(1), from: tipOf(look, 1), to };
}

function published(commit: string, state: 'success' | 'failure'): Fact {
  return { kind: 'published', isNew: true, status: statusOf(commit, state) };
}

function statusOf(commit: string, state: CommitStatus['state']): CommitStatus {
  const status = { commit, context: 'orthrus', state, description: '', url: null } as const;
  return { ...status, as: 'statuses', summary: null };
}

function cacheFile(name: string): string {
  return `{\n  "a" = { drv = null; from = null; path = "/nix/store/${name}"; };\n}\n`;
}

/** A path that #1's newest overlay names. */
function aPath(look: Look): string {
  const text = look.universe.git.get(tipOf(look, 1)).tree['cache.nix'] ?? '';
  return /path = "([^"]*)"/.exec(text)?.[1] ?? '';
}
