import { z } from 'zod';
import type { ForgePull } from '../../ports/forge.ts';

const named = z.object({ login: z.string() });

/**
 * Of a pull request, what is needed. Everything that GitHub may leave out or null may be missing here (B7, D6): a head
 * whose fork is gone, the title of an old event, an author who has left.
 */
export const pullFields = z.object({
  number: z.number().int().positive(),
  state: z.enum(['open', 'closed']),
  title: z.string().nullish(),
  draft: z.boolean().nullish(),
  user: named.nullish(),
  head: z
    .object({
      ref: z.string().nullish(),
      sha: z
        .string()
        .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
        .nullish(),
      repo: z.object({ id: z.number() }).nullish(),
    })
    .nullish(),
  base: z.object({ ref: z.string() }),
  labels: z.array(z.object({ name: z.string().nullish() })).nullish(),
  merged: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
export type PullFields = z.infer<typeof pullFields>;

/** Whether the head stands on a branch of the repository itself, so that whoever pushed it may write there. */
export function isOfRepository(fields: PullFields, repositoryId: string): boolean {
  const id = fields.head?.repo?.id;
  return id !== undefined && String(id) === repositoryId;
}

/**
 * `repositoryId`: of the repository that the pull request is made to. `authorMayWrite` counts for a fork's only: a head
 * of the repository itself needs nobody to vouch for it.
 */
export function toPull(
  fields: PullFields,
  repositoryId: string,
  authorMayWrite: boolean,
): ForgePull {
  const { number, head } = fields;
  const trusted = isOfRepository(fields, repositoryId);
  const isMerged = fields.merged === true || typeof fields.merged_at === 'string';
  return {
    number,
    state: isMerged ? 'merged' : fields.state,
    title: fields.title ?? null,
    head: head?.sha ?? null,
    headRef: `refs/pull/${number}/head`,
    base: fields.base.ref,
    draft: fields.draft === true,
    author: fields.user?.login ?? null,
    trusted,
    authorMayWrite: trusted || authorMayWrite,
    headBranch: trusted ? (head?.ref ?? null) : null,
    labels: (fields.labels ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
    changedAt: milliseconds(fields.updated_at),
  };
}

/** An ISO date as milliseconds since the epoch. */
export function milliseconds(date: string | null | undefined): number | null {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? null : time;
}
