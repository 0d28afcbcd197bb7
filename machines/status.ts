import { z } from 'zod';

/** A status asked for, and what became of it. */
export const askedStatus = z.object({
  commit: z.string(),
  context: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  /** At most 140 characters. */
  description: z.string(),
});
export type AskedStatus = z.infer<typeof askedStatus>;

export type StatusRecord = AskedStatus & {
  /** `given-up`: the forge refused it for good (E4). */
  readonly delivery: 'asked' | 'published' | 'given-up';
};

export function sameStatus(one: AskedStatus, other: AskedStatus): boolean {
  return (
    one.commit === other.commit &&
    one.context === other.context &&
    one.state === other.state &&
    one.description === other.description
  );
}

/** The newest status asked for of that commit and context. */
export function lastAsked(
  statuses: readonly StatusRecord[],
  of: { readonly commit: string; readonly context: string },
): StatusRecord | undefined {
  return statuses.findLast(
    (status) => status.commit === of.commit && status.context === of.context,
  );
}

/**
 * Asks for statuses: those that are already the newest of their commit and context are not asked for again. Of commits
 * other than `head` only what is still on its way is remembered, and what is still to be settled, so the list does not grow
 * with the pushes.
 */
export function ask(
  statuses: readonly StatusRecord[],
  wanted: readonly AskedStatus[],
  head: string | null,
): { statuses: StatusRecord[]; fresh: AskedStatus[] } {
  const fresh = wanted.filter((status) => {
    const last = lastAsked(statuses, status);
    return last === undefined || !sameStatus(last, status);
  });
  const kept = statuses.filter(
    (old) =>
      (old.commit === head || old.delivery === 'asked' || isOpenEnded(old)) &&
      !fresh.some((status) => status.commit === old.commit && status.context === old.context),
  );
  return {
    statuses: [...kept, ...fresh.map((status) => ({ ...status, delivery: 'asked' as const }))],
    fresh,
  };
}

/** It stands at the forge, and something has to take its place. */
function isOpenEnded({ state, delivery }: StatusRecord): boolean {
  return state === 'pending' && delivery === 'published';
}

/** Notes what became of a status; one that was replaced meanwhile is left as it is. */
export function delivered(
  statuses: readonly StatusRecord[],
  status: AskedStatus,
  delivery: StatusRecord['delivery'],
): StatusRecord[] {
  return statuses.map((old) => (sameStatus(old, status) ? { ...old, delivery } : old));
}

/** Whether it is still to be said: also if it was given up, should there be another try at it. */
export function isAwaited(statuses: readonly StatusRecord[], status: AskedStatus): boolean {
  return statuses.some((old) => old.delivery !== 'published' && sameStatus(old, status));
}
