import type { Fact } from '../facts.ts';
import { numberOf } from '../ledger.ts';
import { pullStream } from '../people.ts';
import { standings } from '../streams.ts';
import { headOf } from './overlay.ts';
import { isBelievedBehind, type Look, type Rule, short } from './rule.ts';

export const moot: Rule = {
  name: 'nothing moot',
  sentence:
    'What had lost its reason before it was begun is not done: no overlay is pushed of a head that was known not to be the newest, or of a pull request that was known to be closed, and no cache branch is deleted of one that was known to be open.',
  on: {
    *moved({ by, branch, to }, look) {
      const number = numberOf(branch);
      if (by !== 'us' || number === null) return;
      // To delete a branch takes five passes to the server and back, to push one.
      const known = knownSince(look, pullStream(number), to === null ? 5 : 1);
      if (known.length === 0) return;
      const head = to === null ? null : headOf(look, to);
      if (to === null && !known.some(({ state }) => state === 'closing' || state === 'closed'))
        yield `${branch} is deleted, and #${number} is open`;
      if (to !== null && !known.some((was) => was.isOpen && (was.head ?? head) === head))
        yield `${short(to)} of ${short(head)} is pushed, and #${number} has left that`;
    },
  },
};

interface Known {
  readonly state: string;
  /** Null: the forge had none any more, and the last one stands (B7). */
  readonly head: string | null;
  readonly isOpen: boolean;
}

/** What the service has known of a pull request since before a call that acts now can have begun, newest first. */
function knownSince({ facts, times, universe }: Look, stream: string, passes: number): Known[] {
  const isSlow = universe.plan.items.some(
    ({ act }) => act.do === 'trouble' && act.with === 'git' && act.how === 'slow',
  );
  const since = (times.at(-1) ?? 0) - passes * (isSlow ? 120_000 : 600) - 100;
  const known: Known[] = [];
  const states: string[] = [];
  for (let index = facts.length - 1; index >= 0; index -= 1) {
    const fact = facts[index];
    if (fact?.kind !== 'recorded' || fact.stream !== stream) continue;
    states.push(fact.state);
    if (fact.event.type !== 'pull.observed') continue;
    const { head, state } = fact.event.pull;
    for (const was of states.splice(0)) known.push({ state: was, head, isOpen: state === 'open' });
    if ((times[index] ?? 0) < since) break;
  }
  return known;
}

/** Two rounds of reconciling, and what they take. */
const rounds = 12 * 60_000;

export const askedAbout: Rule = {
  name: 'asked about',
  sentence:
    'What a build came to is known within two rounds of reconciling in which nothing else goes wrong, though the CI has not told it; at rest of all builds that have ended.',
  on: {
    *recorded({ stream, event, handled }, look) {
      if (event.type !== 'build.finished' || !handled) return;
      const { facts, times } = look;
      const ended = facts.findLastIndex(
        (fact) =>
          fact.kind === 'ended' &&
          fact.build.stream === stream &&
          fact.build.commit === event.commit &&
          fact.build.attempt === event.attempt,
      );
      if (ended === -1) return;
      const late = (times.at(-1) ?? 0) - Math.max(times[ended] ?? 0, quietSince(look));
      if (late > rounds)
        yield `what ${short(event.commit)} of ${stream} came to is known ${Math.round(late / 60_000)} min late`;
    },
  },
  *atRest(look) {
    for (const { stream, context } of standings(look))
      for (const { commit, attempt, phase } of context.overlays)
        if (
          (phase === 'asked' || phase === 'building' || phase === 'overdue') &&
          look.ledger.ended.has(`${stream} ${commit}.${attempt}`)
        )
          yield `${short(commit)} of ${stream} has ended, and nobody has asked`;
  },
};

/** Since when nothing goes wrong that keeps the service from asking: it is up, and all sides answer. */
function quietSince({ facts, times, universe }: Look): number {
  const now = times.at(-1) ?? 0;
  let since = times[facts.findLastIndex(({ kind }) => kind === 'began')] ?? 0;
  for (const { at, act } of universe.plan.items)
    if (at <= now && act.do === 'trouble' && act.with !== 'builds' && act.with !== 'deliveries')
      since = Math.max(since, Math.min(now, at + act.for));
  return since;
}

export const inOrder: Rule = {
  name: 'newest look',
  sentence:
    'What the service learns of a pull request never takes the place of something newer, also if the forge itself tells of the past.',
  on: {
    *recorded({ stream, event }, { facts, universe }) {
      if (event.type !== 'pull.observed' || event.pull.changedAt === null) return;
      if (isBelievedBehind(universe.plan)) return;
      const isBefore = (fact: Fact, index: number): boolean =>
        index < facts.length - 1 &&
        fact.kind === 'recorded' &&
        fact.stream === stream &&
        fact.event.type === 'pull.observed';
      const before = facts.findLast(isBefore);
      if (before?.kind !== 'recorded' || before.event.type !== 'pull.observed') return;
      const { changedAt } = before.event.pull;
      if (changedAt !== null && event.pull.changedAt < changedAt)
        yield `${short(event.pull.head)} of ${stream} takes the place of ${short(before.event.pull.head)}, which is newer`;
    },
  },
};

export const lateResults: Rule = {
  name: 'late results',
  sentence:
    'Once a pull request has ended, no result of a build is taken in, but of one that could not be cancelled.',
  on: {
    *recorded({ stream, state, event, handled }, { facts }) {
      if (event.type !== 'build.finished' || !handled) return;
      if (state !== 'closing' && state !== 'closed') return;
      const isUncancelled = facts.some(
        (fact) =>
          fact.kind === 'recorded' &&
          fact.stream === stream &&
          fact.event.type === 'build.cancel.failed' &&
          fact.event.commit === event.commit &&
          fact.event.attempt === event.attempt,
      );
      if (!isUncancelled) yield `${short(event.commit)} of ${stream} is taken in`;
    },
  },
};

export const stillKnown: Rule = {
  name: 'not forgotten',
  sentence:
    'A build that goes on because it could not be cancelled stays known: what it comes to is asked for, and the end of its pull request ends it too.',
  on: {
    *recorded({ stream, event }, look) {
      if (event.type !== 'build.cancel.failed') return;
      const { commit, attempt } = event;
      const { builds } = look.universe.ci;
      const build = builds.get(`${stream} ${commit}.${attempt}`);
      if (build === undefined || build.phase === 'finished') return;
      const context = standings(look).find((one) => one.stream === stream)?.context;
      if (context === undefined) return;
      const isKnown = [
        ...context.uncancelled,
        ...context.overlays.filter(({ phase }) => phase === 'building'),
      ].some((known) => known.commit === commit && known.attempt === attempt);
      if (!isKnown) yield `${short(commit)} of ${stream} goes on, and nobody knows`;
    },
  },
};

export const timelyRules: readonly Rule[] = [moot, askedAbout, inOrder, lateResults, stillKnown];
