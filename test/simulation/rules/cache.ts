import { type Known, numberOf } from '../ledger.ts';
import { entriesIn, type Entry, jobsOf } from '../models/jobs.ts';
import { cacheBranch, pullStream } from '../people.ts';
import { standings } from '../streams.ts';
import { isChecked } from './checked.ts';
import { attemptOf, headOf } from './overlay.ts';
import { type Look, type Rule, short } from './rule.ts';

function pathsOf({ path, from }: Entry): string[] {
  return from === null ? [path] : [path, from];
}

export const cacheOrigin: Rule = {
  name: 'cache is earned',
  sentence:
    '`cache.nix` names nothing but what a successful build of this pull request left, or one of a branch that is trusted, or of another pull request where both are by people who may write; and `drv` is what left `path`.',
  on: {
    *moved({ by, branch, to }, look) {
      const number = numberOf(branch);
      if (by !== 'us' || to === null || number === null) return;
      for (const [job, entry] of entriesIn(look.universe.git.get(to).tree)) {
        for (const path of pathsOf(entry)) {
          const left = look.ledger.left.get(path);
          if (left === undefined) yield `${job} of ${short(to)}: no build left ${path}`;
          else if (![...left.refs].some((ref) => mayUse(look, number, ref)))
            yield `${job} of ${short(to)}: ${path} is from ${[...left.refs].join(', ')}`;
        }
        if (entry.drv !== null && look.ledger.left.get(entry.path)?.drv !== entry.drv)
          yield `${job} of ${short(to)}: ${entry.drv} did not leave ${entry.path}`;
      }
    },
  },
};

/** Whether a pull request may start from what was built on that ref (F4, H3). */
function mayUse({ universe }: Look, number: number, ref: string): boolean {
  const branch = ref.slice('refs/heads/'.length);
  if (branch === 'main' || branch === cacheBranch(number)) return true;
  const other = universe.forge.pulls.get(numberOf(branch) ?? 0);
  const own = universe.forge.pulls.get(number);
  return other?.trusted === true && own?.trusted === true;
}

export const cacheExists: Rule = {
  name: 'cache is there',
  sentence:
    'Every path that `cache.nix` names was there when it was last looked for, and, once its overlay was planned, has not been collected as something that nobody keeps.',
  on: {
    *moved({ by, to, branch }, look) {
      const { ledger, universe } = look;
      // A CI that builds pushes by itself has a store that nobody can ask.
      if (by !== 'us' || to === null || universe.plan.settings.manner === 'pushes') return;
      // A push that was under way when its pull request ended brings a branch that goes at once (B4).
      if (universe.forge.pulls.get(numberOf(branch) ?? 0)?.state !== 'open') return;
      const stream = pullStream(numberOf(branch) ?? 0);
      const planned = ledger.planned.get(`${stream} ${attemptOf(look, to)}`) ?? -1;
      for (const [job, entry] of entriesIn(universe.git.get(to).tree))
        for (const path of pathsOf(entry)) {
          const gone = ledger.collected.get(path);
          if (gone === undefined || universe.ci.store.has(path)) continue;
          const seen = ledger.seenThere.get(path) ?? -1;
          if (gone.at > seen && (gone.wasRooted || gone.at < planned)) continue;
          yield `${job} of ${short(to)}: ${path} is gone`;
        }
    },
  },
};

export const cacheKept: Rule = {
  name: 'cache is kept',
  sentence:
    'At rest, what the newest overlay of an open pull request names is kept from the garbage collector.',
  *atRest(look) {
    const { universe } = look;
    for (const { pull, stream, state } of standings(look)) {
      const tip = universe.git.branch(cacheBranch(pull.number));
      if (pull.state !== 'open' || state !== 'idle' || tip === null) continue;
      const kept = universe.ci.store.roots.get(stream);
      for (const [job, entry] of entriesIn(universe.git.get(tip).tree))
        for (const path of pathsOf(entry))
          if (kept?.has(path) !== true) yield `${job} of #${pull.number}: nobody keeps ${path}`;
    }
  },
};

export const cacheRecorded: Rule = {
  name: 'cache is recorded',
  sentence:
    'At rest, the tip of an open pull request says of every job that succeeded in the newest build what that build left, unless the record of it was refused.',
  *atRest(look) {
    const { universe, ledger, facts } = look;
    for (const { pull, stream, state, context } of standings(look)) {
      const overlay = context.overlays.at(-1);
      const tip = universe.git.branch(cacheBranch(pull.number));
      if (pull.state !== 'open' || state !== 'idle' || tip === null) continue;
      if (overlay?.commit == null || overlay.phase !== 'finished') continue;
      const isGeneric = universe.plan.settings.manner === 'pushes';
      const ended = ledger.ended.get(
        isGeneric ? ` ${overlay.commit}.0` : `${stream} ${overlay.commit}.${overlay.attempt}`,
      );
      const isRefused = facts.some(
        (fact) =>
          fact.kind === 'recorded' &&
          fact.stream === stream &&
          /^cache\.(rejected|record\.failed)$/.test(fact.event.type),
      );
      if (ended === undefined || isRefused) continue;
      const entries = entriesIn(universe.git.get(tip).tree);
      for (const job of ended.jobs)
        if (job.state === 'success' && entries.get(job.name)?.drv !== job.drv)
          yield `${job.name} of #${pull.number}: ${job.drv} is not recorded at ${short(tip)}`;
    }
  },
};

export const unchanged: Rule = {
  name: 'unchanged is not built',
  sentence:
    'A job whose sources are those of its last good build, as the log had it when the overlay was planned, is not built again: unless it was asked for, a clean build checks it, or has come to something else than the builds from the cache since, what that build left was lost, or it was gone from a head meanwhile, or it was there already on a branch, and a force-push has dropped commits since, or a merge has brought in newer ones.',
  on: {
    *evaluated({ build, job, isBuilt }, look) {
      const { ledger, universe } = look;
      const number = numberOf(build.ref.slice('refs/heads/'.length));
      if (!isBuilt || number === null || job.fails === 'incrementally') return;
      const stream = pullStream(number);
      const attempt = attemptOf(look, build.commit);
      const planned = ledger.planned.get(`${stream} ${attempt}`);
      if (planned === undefined) return;
      const before = (ledger.known.get(stream) ?? []).filter(({ at }) => at < planned);
      const newest = before.toSorted((a, b) => b.attempt - a.attempt)[0];
      if (newest?.jobs.has(job.name) !== true) return;
      const good = before
        .filter(({ jobs }) => jobs.get(job.name)?.isGood === true)
        .toSorted((a, b) => b.attempt - a.attempt)[0];
      const last = good?.jobs.get(job.name);
      if (good === undefined || last?.sources !== job.sources) return;
      // A job that was gone from a head is gone from the cache, though it has come back since (C5).
      const isIn = (commit: string): boolean =>
        jobsOf(universe.git.get(commit).tree)?.some(({ name }) => name === job.name) !== false;
      if (before.some(({ attempt: of, commit }) => of > good.attempt && !isIn(commit))) return;
      if (last.wasThere && isSeededAnew(look, good.commit, build.commit)) return;
      const asked = ledger.planned.get(`${stream} ${good.attempt}`) ?? 0;
      if (ledger.coldAsked.get(stream)?.some((at) => at > asked) === true) return;
      if (universe.plan.settings.repository.onForcePush === 'cold') return;
      const isClean = (commit: string): boolean =>
        entriesIn(universe.git.get(commit).tree).size === 0;
      if (isChecked(look, number)) {
        if (isClean(build.commit)) return;
        const since = before.filter(
          ({ attempt: of, commit }) => of > good.attempt && isClean(commit),
        );
        if (since.some((clean) => isDoubted(look, before, clean))) return;
      }
      if (ledger.collected.size > 0) return;
      yield `${job.name} of #${number} was built again at ${short(build.commit)}: ${job.sources}`;
    },
  },
};

/** Whether a clean build came to something else than one of its head before: then all of the cache is dropped (C15). */
function isDoubted(look: Look, builds: readonly Known[], clean: Known): boolean {
  const checked = builds.filter(
    ({ attempt, commit }) =>
      attempt < clean.attempt && headOf(look, commit) === headOf(look, clean.commit),
  );
  return checked.some(({ jobs }) =>
    [...jobs].some(([name, { isGood }]) => clean.jobs.get(name)?.isGood === !isGood),
  );
}

/** Whether between two overlays' heads a force-push dropped commits, or a merge brought in one that was built on main. */
function isSeededAnew(look: Look, before: string, after: string): boolean {
  const { git } = look.universe;
  const [was, is] = [headOf(look, before), headOf(look, after)];
  if (was === null || is === null) return false;
  if (!git.isAncestor(was, is)) return true;
  const onMain = [...look.ledger.ended.values()].filter(({ build }) => build.ref === mainRef);
  return onMain.some(
    ({ build: { commit } }) => git.isAncestor(commit, is) && !git.isAncestor(commit, was),
  );
}

const mainRef = 'refs/heads/main';

export const cacheRules: readonly Rule[] = [
  cacheOrigin,
  cacheExists,
  cacheKept,
  cacheRecorded,
  unchanged,
];
