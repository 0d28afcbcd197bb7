import type { Effect } from '../../machines/effect.ts';
import type { EventData } from '../../machines/fold.ts';
import { PortError } from '../ports/port-error.ts';

/** What to do about an effect that failed. */
export type Judgement =
  | { readonly kind: 'retry'; readonly after: number }
  /** Nothing of the lane before `until` (E2). */
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'give-up' };

/** How often an effect is tried, by what went wrong; what is not named here is not tried again. */
const limits: Readonly<Record<string, number>> = {
  unavailable: 10,
  timeout: 10,
  'rate-limited': Number.POSITIVE_INFINITY,
  // The forge's webhook may be ahead of its API (D4), but a head that is gone does not come back (B7).
  'not-found': 5,
  internal: 3,
};

/**
 * Judges a failure. Waits grow twofold from `base` to `max`, with half of each left to chance, so that what failed
 * together is not tried together.
 */
export function judge(
  error: unknown,
  effect: { readonly type: Effect['type']; readonly attempts: number },
  with_: {
    readonly retry: { readonly base: number; readonly max: number };
    readonly now: number;
    readonly random: number;
  },
): Judgement {
  const code = codeOf(error);
  const after =
    Math.min(with_.retry.base * 2 ** Math.min(effect.attempts - 1, 30), with_.retry.max) *
    (0.5 + with_.random / 2);
  if (error instanceof PortError && error.retryAt !== null && code === 'rate-limited')
    return { kind: 'hold', until: Math.max(error.retryAt, with_.now + 1) };
  // A build waits for its CI as long as it takes (E8); its deadlines see to the verdict.
  const isPatient = effect.type === 'build.start' && (code === 'unavailable' || code === 'timeout');
  const limit = isPatient ? Number.POSITIVE_INFINITY : (limits[code] ?? 1);
  return effect.attempts < limit ? { kind: 'retry', after } : { kind: 'give-up' };
}

export function codeOf(error: unknown): string {
  return error instanceof PortError ? error.code : 'internal';
}

/** The event by which the machine learns that an effect was given up. */
export function givenUp(effect: Effect, code: string, message: string): EventData | null {
  const failure = { code, message };
  switch (effect.type) {
    case 'head.fetch':
      return { type: 'head.fetch.failed', attempt: effect.params.attempt, ...failure };
    case 'overlay.push':
      return { type: 'overlay.push.failed', attempt: effect.params.attempt, ...failure };
    case 'cache.record':
      return { type: 'cache.record.failed', attempt: effect.params.attempt, ...failure };
    case 'branch.delete':
      return { type: 'branch.delete.failed', branch: effect.params.branch, ...failure };
    case 'build.start': {
      const { commit, attempt } = effect.params;
      return { type: 'build.start.failed', commit, attempt, ...failure };
    }
    case 'build.cancel':
      return { type: 'build.cancel.failed', ...effect.params, ...failure };
    case 'jobset.delete':
      return { type: 'jobset.delete.failed', ...effect.params, ...failure };
    case 'command.answer':
      return { type: 'command.answer.failed', comment: effect.params.comment, ...failure };
    case 'cache.retain':
      return { type: 'cache.retain.failed', ...failure };
    case 'status.publish':
      return { type: 'status.publish.failed', status: effect.params, ...failure };
    case 'status.release':
    case 'timer.set':
    case 'timer.drop':
      return null;
  }
}
