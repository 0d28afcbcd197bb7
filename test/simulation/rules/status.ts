import type { Fact, FactOf } from '../facts.ts';
import type { CommitStatus, StatusState } from '../../../src/ports/forge.ts';
import type { Overlay } from '../../../machines/pull-request/context.ts';
import { type Standing, standings } from '../streams.ts';
import { headOf } from './overlay.ts';
import { type Look, type Rule, short } from './rule.ts';

/** The builds that count for a head: those of its overlays, and of itself where it is built as a branch. */
function* buildsOf(look: Look, head: string): Generator<FactOf<'ended'>> {
  for (const ended of look.ledger.ended.values()) {
    const { commit } = ended.build;
    if (commit === head || headOf(look, commit) === head) yield ended;
  }
}

/** What a build comes to. */
function verdictOf({ jobs, error }: FactOf<'ended'>): StatusState {
  if (error !== null) return 'error';
  if (jobs.some((job) => job.state === 'failure')) return 'failure';
  return jobs.every((job) => job.state === 'success') ? 'success' : 'error';
}

export const honest: Rule = {
  name: 'no false verdict',
  sentence:
    'No status says success, or failure, of a commit or of one of its jobs, of which no build has come to that.',
  on: {
    *published({ status }, look) {
      const { commit, context, state } = status;
      if (state !== 'success' && state !== 'failure') return;
      const job = context === 'orthrus' ? null : context.slice('orthrus/'.length);
      const isSo =
        job === null
          ? [...buildsOf(look, commit)].some((ended) => verdictOf(ended) === state)
          : look.universe.ci.hasResult(
              job,
              state,
              (built) => built === commit || headOf(look, built) === commit,
            );
      if (!isSo) yield `${state} of ${short(commit)} as ${context}: ${status.description}`;
    },
  },
};

/** From the best to the worst. */
const ranks: readonly StatusState[] = ['success', 'pending', 'error', 'failure'];

export const finalStatus: Rule = {
  name: 'final status',
  sentence:
    'At rest, the status of the head is what the build of its own newest overlay came to, or an error where the CI has not told; a clean build that comes to nothing changes nothing; of pull requests with the same head, the worst, and all are named.',
  *atRest(look) {
    const { universe } = look;
    const all = standings(look).filter(({ pull }) => pull.state === 'open');
    for (const { pull, state } of all) {
      if (state !== 'idle' || pull.head === null) continue;
      const same = all.filter((other) => headOfStanding(other) === pull.head);
      if (same.some((other) => other.state !== 'idle') || wasRefused(look, pull.head)) continue;
      const said = universe.forge.status(pull.head, 'orthrus');
      const wanted = same
        .map((other) => expected(look, other))
        .toSorted((a, b) => ranks.indexOf(b) - ranks.indexOf(a))[0];
      if (said?.state !== wanted)
        yield `#${pull.number} at ${short(pull.head)}: ${said?.state ?? 'nothing'} (${said?.description ?? ''}), but it came to ${wanted}`;
      else if (
        same.length > 1 &&
        !same.every((one) => said?.description.includes(`#${one.pull.number} `))
      )
        yield `#${pull.number} at ${short(pull.head)}: ${said?.description}, and others have that head`;
    }
  },
};

/** Of one whose head the forge no longer has, what was known last stands (B7): nothing, if it was closed meanwhile. */
function headOfStanding({ pull, state, context }: Standing): string | null {
  const isSilent = state === 'idle' && context.overlays.length === 0;
  return pull.head ?? (isSilent ? null : context.head);
}

/** What the build of a pull request's newest overlay came to, as far as the CI has told the service. */
function expected(look: Look, standing: Standing): StatusState {
  const { overlays } = standing.context;
  const newest = overlays.at(-1);
  if (newest?.purpose.kind !== 'check') return cameTo(look, standing, newest);
  // A clean build that comes to nothing leaves standing what it was to check (C15).
  const ended = endOf(look, standing, newest);
  const isConclusive =
    newest.phase === 'finished' &&
    ended !== undefined &&
    (ended.error === null || ended.error.kind === 'evaluation') &&
    ended.jobs.every(({ state }) => state === 'success' || state === 'failure');
  if (isConclusive) return cameTo(look, standing, newest);
  const checked = overlays.findLast(({ purpose }) => purpose.kind !== 'check');
  // After many vain tries at a clean build the overlay it was to check is no longer among those that are kept.
  if (checked === undefined) return standing.context.verdict?.state ?? 'error';
  return cameTo(look, standing, checked);
}

function endOf(
  { ledger, universe }: Look,
  { stream }: Standing,
  { commit, attempt }: Overlay,
): FactOf<'ended'> | undefined {
  const isGeneric = universe.plan.settings.manner === 'pushes';
  return ledger.ended.get(isGeneric ? ` ${commit}.0` : `${stream} ${commit}.${attempt}`);
}

function cameTo(look: Look, standing: Standing, overlay: Overlay | undefined): StatusState {
  if (overlay?.commit == null) return 'error';
  const isGeneric = look.universe.plan.settings.manner === 'pushes';
  const ended = endOf(look, standing, overlay);
  // What such a CI has not told, or told while nobody listened, nobody can ask it.
  if (isGeneric && overlay.phase !== 'finished') return 'error';
  return ended === undefined ? 'error' : verdictOf(ended);
}

/** The forge refused a status of it for good (E4). */
export function wasRefused({ facts }: Look, commit: string): boolean {
  return facts.some(
    (fact) =>
      fact.kind === 'recorded' &&
      fact.event.type === 'status.publish.failed' &&
      fact.event.status.commit === commit,
  );
}

export const settled: Rule = {
  name: 'settled',
  sentence:
    'At rest, nothing is said to be pending of a commit that was a head of an open pull request and is not any more.',
  *atRest(look) {
    const { forge } = look.universe;
    const open = standings(look).filter(({ pull }) => pull.state === 'open');
    const heads = new Set(open.map(({ pull, context }) => pull.head ?? context.head));
    for (const { pull } of open)
      for (const head of new Set(pull.heads)) {
        if (heads.has(head)) continue;
        const status = forge.status(head, 'orthrus');
        if (status?.state === 'pending' && !wasRefused(look, head))
          yield `${short(head)} is no head of #${pull.number} any more, and ${status.description}`;
      }
  },
};

export const notRepeated: Rule = {
  name: 'not repeated',
  sentence:
    'What stands at the forge is not said again: unless the answer to it was lost, the process died, the head came back, something else was to be said between, or another pull request has that head.',
  on: {
    *published({ status, isNew }, { facts, universe, sqlite }) {
      if (isNew) return;
      const { commit, context } = status;
      const shared = [...universe.forge.pulls.values()].filter(({ heads }) =>
        heads.includes(commit),
      );
      if (shared.length !== 1) return;
      const last = facts.findLastIndex(
        (fact, index) =>
          index < facts.length - 1 &&
          fact.kind === 'published' &&
          fact.status.commit === commit &&
          fact.status.context === context,
      );
      const isReason = (fact: Fact): boolean =>
        fact.kind === 'answer-lost' ||
        fact.kind === 'died' ||
        fact.kind === 'began' ||
        (fact.kind === 'recorded' &&
          fact.event.type === 'pull.observed' &&
          fact.event.pull.head === commit);
      if (facts.slice(last).some(isReason)) return;
      const [newest, before] = sqlite
        .prepare<[string, string], Asked>(
          `select params ->> 'state' state, params ->> 'description' description, outcome from effects
           where type = 'status.publish' and params ->> 'commit' = ? and params ->> 'context' = ?
           order by version desc, "index" desc limit 2`,
        )
        .all(commit, context);
      if (newest?.state !== status.state || newest.description !== status.description) return;
      const isAsBefore =
        before?.state === newest.state && before.description === newest.description;
      if (before !== undefined && !isAsBefore && before.outcome !== 'done') return;
      yield `${status.state} of ${short(commit)} as ${context} stands already: ${status.description}`;
    },
  },
};

interface Asked {
  readonly state: string;
  readonly description: string;
  readonly outcome: string | null;
}

export const notTwice: Rule = {
  name: 'said once',
  sentence:
    'A verdict that something else has taken the place of is not said again without a reason: the head came back, a build ended, what blocked it was tried again, somebody asked or touched the branch, another pull request has that head.',
  on: {
    *published({ status, isNew }, { facts, universe }) {
      if (!isNew || status.state === 'pending') return;
      const { commit } = status;
      const last = facts.findLastIndex(
        (fact, index) =>
          index < facts.length - 1 &&
          fact.kind === 'published' &&
          fact.isNew &&
          isSame(fact.status, status),
      );
      if (last === -1) return;
      // A reason may have come while the last one was on its way: from what stood before that one on.
      const before = facts.findLastIndex(
        (fact, index) =>
          index < last &&
          fact.kind === 'published' &&
          fact.isNew &&
          fact.status.commit === commit &&
          fact.status.context === status.context,
      );
      const shared = [...universe.forge.pulls.values()].filter((pull) =>
        pull.heads.includes(commit),
      );
      const isReason = (fact: Fact): boolean =>
        fact.kind === 'ended' ||
        fact.kind === 'asked' ||
        (fact.kind === 'moved' && fact.by === 'people') ||
        (fact.kind === 'headed' && fact.head === commit) ||
        // What it said last it may have said of when it was gone, after it had come back: it is told of that later.
        (fact.kind === 'recorded' &&
          fact.event.type === 'pull.observed' &&
          fact.event.pull.head === commit) ||
        // What blocks it may be another thing at each retry; and who asks may be heard late, by a process that was down.
        (fact.kind === 'recorded' &&
          (fact.event.type === 'timer.retry' || fact.event.type === 'rebuild.requested') &&
          shared.some(({ number }) => fact.stream.endsWith(`#${number}`)));
      if (shared.length > 1 || facts.slice(Math.max(before, 0)).some(isReason)) return;
      yield `${status.state} of ${short(commit)} as ${status.context} again: ${status.description}`;
    },
  },
};

function isSame(one: CommitStatus, other: CommitStatus): boolean {
  return (
    one.commit === other.commit &&
    one.context === other.context &&
    one.state === other.state &&
    one.description === other.description
  );
}

export const statusRules: readonly Rule[] = [honest, finalStatus, settled, notRepeated, notTwice];
