import { z } from 'zod';

/**
 * What Typhon says of evaluations, jobs and runs, as `GET /api/evaluations/{uuid}` gives it (commit e4f11b3), read no
 * further than we need it. Times are seconds since the epoch.
 */
const span = z.object({ start: z.number().nullish(), end: z.number().nullish() }).nullable();

function statusOf<K extends string>(kind: K, given: z.infer<typeof span>) {
  return { kind, start: given?.start ?? null, end: given?.end ?? null };
}

export const taskStatus = z.union([
  z.object({ Pending: span }).transform(({ Pending }) => statusOf('pending', Pending)),
  z.object({ Success: span }).transform(({ Success }) => statusOf('success', Success)),
  z.object({ Failure: span }).transform(({ Failure }) => statusOf('failure', Failure)),
  z.object({ Canceled: span }).transform(({ Canceled }) => statusOf('cancelled', Canceled)),
]);
export type TaskStatus = z.infer<typeof taskStatus>;

const task = z.object({ handle: z.string(), status: taskStatus });

/** Whatever is not there (yet) is null. */
function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? null);
}

const jobInfo = z.object({
  drv: z.string(),
  last_run: orNull(z.object({ build: orNull(task), end: orNull(task) })),
});
export type JobInfo = z.infer<typeof jobInfo>;

/** A list: as the keys of an object, a job named `__proto__` would be lost. */
const jobs = z.unknown().transform((value, context) => {
  const found: { name: string; job: JobInfo }[] = [];
  for (const [name, info] of Object.entries(Object(value ?? {}))) {
    const parsed = jobInfo.safeParse(info);
    if (parsed.success) found.push({ name, job: parsed.data });
    else {
      context.addIssue({ code: 'custom', message: `jobs.${name}: ${parsed.error.message}` });
      return z.NEVER;
    }
  }
  return found;
});

export const evaluationInfo = z.object({
  handle: z.string(),
  project: z.string(),
  jobset_name: z.string(),
  /** None before the evaluation has succeeded. */
  jobs,
  status: taskStatus,
  time_created: z.number(),
  /** The flake's, locked to a revision. */
  url: z.string(),
});
export type EvaluationInfo = z.infer<typeof evaluationInfo>;

const revision = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commit that a locked flake URL names: `github:o/r/<rev>?narHash=…`, `git+https://…?ref=…&rev=<rev>`; else null. */
export function revisionOf(url: string): string | null {
  const [path = '', query = ''] = (url.split('#')[0] ?? '').split('?');
  const found = new URLSearchParams(query).get('rev') ?? path.split('/').at(-1) ?? '';
  return revision.test(found) ? found : null;
}
