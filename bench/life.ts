import type { JobResult } from '../machines/build.ts';
import { decide, type EventData, initialSnapshot, type Snapshot } from '../machines/fold.ts';
import type { Effect } from '../machines/effect.ts';
import { aFetch, aPolicy, aPull } from '../test/doubles/ingredients.ts';

const policy = aPolicy();

/** 40 hex digits, the same for the same words. */
function sha(...words: readonly (string | number)[]): string {
  let hash = 0x811c9dc5;
  for (const character of words.join('/'))
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').repeat(5);
}

function storePath(name: string, ...words: readonly (string | number)[]): string {
  return `/nix/store/${sha(...words)
    .slice(0, 32)
    .replaceAll('e', 'z')}-${name}`;
}

function job(name: string, head: string): JobResult {
  return {
    name,
    state: 'success',
    drv: storePath(`${name}.drv`, name, head),
    outputs: { intermediates: storePath(`${name}-intermediates`, name, head, 'left') },
    built: true,
    milliseconds: 41_000,
    url: null,
    error: null,
  };
}

function observed(number: number, head: string, state: 'open' | 'merged' = 'open'): EventData {
  return {
    type: 'pull.observed',
    repository: { id: '1296269', name: 'owner/repo' },
    policy,
    pull: aPull({
      number,
      state,
      title: 'Count the writes, and say how many there were',
      head,
    }),
  };
}

/** What a world in which everything goes well answers an effect with. */
function answer(effect: Effect, head: string): EventData[] {
  switch (effect.type) {
    case 'head.fetch':
      return [
        aFetch({
          attempt: effect.params.attempt,
          head: effect.params.head,
          fastForward: effect.params.previous === null ? null : true,
          tip: effect.params.tip,
        }),
      ];
    case 'overlay.push': {
      const { attempt } = effect.params;
      return [{ type: 'overlay.pushed', attempt, head, commit: sha('overlay', head, attempt) }];
    }
    case 'build.start': {
      const { commit, attempt } = effect.params;
      const jobs = ['library', 'tests', 'docs'].map((name) => job(name, head));
      return [
        { type: 'build.accepted', commit, attempt },
        { type: 'build.started', commit, attempt },
        { type: 'build.finished', commit, attempt, jobs, error: null },
      ];
    }
    case 'cache.record': {
      const { attempt, overlay, entries } = effect.params;
      return [{ type: 'cache.recorded', attempt, overlay, commit: sha('cache', head), entries }];
    }
    case 'branch.delete':
      return [{ type: 'branch.deleted', branch: effect.params.branch, outcome: 'deleted' }];
    case 'status.publish':
      return [{ type: 'status.published', status: effect.params }];
    case 'build.cancel':
    case 'jobset.delete':
    case 'command.answer':
    case 'status.release':
    case 'cache.retain':
    case 'timer.set':
    case 'timer.drop':
      return [];
  }
}

/** The events of one pull request's life: opened, pushed to, merged; three jobs, all green. */
export function life(number: number, pushes: number = 3): EventData[] {
  const events: EventData[] = [];
  let snapshot: Snapshot = initialSnapshot('pull');
  const happen = (event: EventData, head: string): void => {
    const queue = [event];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const decision = decide(snapshot, next, 1_700_000_000_000 + events.length * 1000);
      snapshot = decision.snapshot;
      events.push(next);
      // A status that a later one has replaced is not published.
      for (const effect of decision.effects) queue.push(...answer(effect, head));
    }
  };
  for (let push = 1; push <= pushes; push += 1) {
    const head = sha('head', number, push);
    happen(observed(number, head), head);
  }
  const last = sha('head', number, pushes);
  happen(observed(number, last, 'merged'), last);
  return events;
}
