import { numberOf } from '../ledger.ts';
import { cacheBranch, pullStream } from '../people.ts';
import { standings } from '../streams.ts';
import { isChecked } from './checked.ts';
import { attemptOf, headOf } from './overlay.ts';
import { wasRefused } from './status.ts';
import { isBelievedBehind, type Look, type Rule, short } from './rule.ts';

export const nothingLeft: Rule = {
  name: 'nothing is left',
  sentence:
    'At rest, nothing is left of a pull request that is closed: no cache branch of ours, no jobset, no build under way, nothing kept in the store, no pending status.',
  *atRest(look) {
    const { universe, ledger } = look;
    const { git, ci, forge } = universe;
    for (const { pull, stream } of standings(look)) {
      if (pull.state === 'open') continue;
      const branch = cacheBranch(pull.number);
      const tip = git.branch(branch);
      const isOurs = tip !== null && ledger.ours.get(branch)?.has(tip) === true;
      if (isOurs) yield `#${pull.number} is ${pull.state}, and ${branch} is there`;
      if (ci.jobsets.has(`refs/heads/${branch}`))
        yield `#${pull.number} is ${pull.state}, and its jobset is there`;
      if (ci.store.roots.has(stream))
        yield `#${pull.number} is ${pull.state}, and the store keeps something for it`;
      for (const build of ci.builds.values())
        if (build.stream === stream && build.phase !== 'finished')
          yield `#${pull.number} is ${pull.state}, and ${short(build.commit)} is being built`;
      for (const head of pull.heads) {
        const isShared = [...forge.pulls.values()].some(
          (other) => other !== pull && other.heads.includes(head),
        );
        const status = forge.status(head, 'orthrus');
        if (!isShared && status?.state === 'pending' && !wasRefused(look, head))
          yield `#${pull.number} is ${pull.state}, and ${short(head)} is ${status.description}`;
      }
    }
  },
};

export const oneOverlay: Rule = {
  name: 'one overlay',
  sentence:
    'An attempt has one overlay, and a head no more of them than there were reasons: it became the head, a build was asked for, somebody touched the branch, a path was lost, an incremental build failed, clean builds check it, a push was given up of which nobody knows whether it was made.',
  on: {
    *moved({ by, branch, to }, look) {
      const number = numberOf(branch);
      if (by !== 'us' || to === null || number === null) return;
      const { facts, universe } = look;
      const isOverlay = (sha: string): boolean =>
        universe.git.get(sha).message.startsWith('Overlay');
      const head = headOf(look, to);
      if (!isOverlay(to) || head === null) return;
      const overlays = new Set<string>();
      for (const fact of facts)
        if (fact.kind === 'moved' && fact.by === 'us' && fact.branch === branch && fact.to !== null)
          if (isOverlay(fact.to) && headOf(look, fact.to) === head) overlays.add(fact.to);
      const attempt = attemptOf(look, to);
      for (const other of overlays)
        if (other !== to && attemptOf(look, other) === attempt)
          yield `attempt ${attempt} of #${number} is ${short(other)} and ${short(to)}`;
      const reasons = reasonsFor(look, number, head);
      if (overlays.size > reasons)
        yield `${overlays.size} overlays of ${short(head)} for #${number}, with ${reasons} reasons`;
    },
  },
};

/** How often a head had a reason to get an overlay. */
function reasonsFor(look: Look, number: number, head: string): number {
  const stream = pullStream(number);
  let reasons = 0;
  for (const fact of look.facts)
    switch (fact.kind) {
      case 'headed':
        if (fact.number === number && fact.head === head) reasons += 1;
        break;
      case 'asked':
      case 'approved':
        if (fact.number === number) reasons += 1;
        break;
      case 'moved':
        if (fact.by === 'people' && fact.branch === cacheBranch(number)) reasons += 1;
        break;
      case 'ended': {
        if (fact.build.ref !== `refs/heads/${cacheBranch(number)}`) break;
        const isStale = fact.jobs.some((job) => job.state === 'failure');
        if (fact.error?.kind === 'missing-path' || isStale) reasons += 1;
        break;
      }
      case 'recorded':
        if (fact.stream !== stream) break;
        // A forge that is believed when it tells of the past has the head change there and back.
        if (fact.event.type === 'pull.observed' && isBelievedBehind(look.universe.plan))
          reasons += 1;
        // Whether it was made nobody can say.
        if (/^(overlay\.push|cache\.record)\.failed$/.test(fact.event.type)) reasons += 1;
        break;
      default:
    }
  // After each of them a clean build may check what it came to (C15).
  return isChecked(look, number) ? 2 * reasons : reasons;
}

export const askedAgain: Rule = {
  name: 'asked again',
  sentence: 'A build that is waited for, and that the CI has lost, is asked for again.',
  on: {
    *recorded({ stream, version, state, event, handled }, { sqlite }) {
      if (event.type !== 'build.lost' || state !== 'building' || !handled) return;
      const attempt = '$.attempt';
      const asked = sqlite
        .prepare(
          "select 1 from effects where stream = ? and version = ? and type = 'build.start' and json_extract(params, ?) = ?",
        )
        .get(stream, version, attempt, event.attempt);
      const isNewest = sqlite
        .prepare('select 1 from builds where stream = ? and attempt > ?')
        .get(stream, event.attempt);
      if (asked === undefined && isNewest === undefined)
        yield `${short(event.commit)} of ${stream} is lost, and nobody asks for it`;
    },
  },
};

export const noSurprise: Rule = {
  name: 'no surprise',
  sentence: 'No error is met that nobody had thought of.',
  on: {
    *surprise({ error }) {
      yield error instanceof Error ? (error.stack ?? error.message) : String(error);
    },
  },
};

export const bounded: Rule = {
  name: 'bounded',
  sentence:
    'What the log of a pull request holds grows with what was done to it, and what a stream remembers does not grow at all.',
  *atRest({ facts, sqlite, universe }) {
    const losses = facts.filter((fact) => fact.kind === 'died').length;
    const troubles = universe.plan.items.filter(({ act }) => act.do === 'trouble').length;
    for (const number of universe.forge.pulls.keys()) {
      const stream = pullStream(number);
      const acts = universe.plan.items.filter(
        ({ act }) => 'pull' in act && act.pull === number,
      ).length;
      const row = sqlite
        .prepare<[string], { events: number; size: number | null }>(
          'select (select count(*) from events where stream = s.stream) events, length(context) size from snapshots s where stream = ?',
        )
        .get(stream);
      if (row === undefined) continue;
      const limit = 40 + 25 * (acts + losses + 2 * troubles);
      if (row.events > limit) yield `#${number} has ${row.events} events, more than ${limit}`;
      if ((row.size ?? 0) > 60_000) yield `#${number} remembers ${row.size} characters`;
    }
  },
};
