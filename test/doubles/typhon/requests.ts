import { z } from 'zod';

const uuid = z.uuid();
const jobset = z.object({ project: z.string(), name: z.string() });
const decl = z.object({ flake: z.boolean(), url: z.string() });
const job = z.object({ evaluation: uuid, name: z.string() });
const status = z.enum(['pending', 'success', 'failure', 'canceled']).nullish();
const page = { limit: z.int().min(0).max(255), offset: z.int().min(0) };

export const search = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('evaluations'),
    ...page,
    project_name: z.string().nullish(),
    jobset_name: z.string().nullish(),
    status,
  }),
  z.object({ type: z.literal('jobsets'), ...page, project_name: z.string().nullish() }),
]);
export type Search = z.infer<typeof search>;

const ofProject = z.union([
  z.literal('Info'),
  z.object({ NewJobset: z.object({ name: z.string(), decl }) }),
  z.object({ DeleteJobset: z.object({ name: z.string() }) }),
]);
const ofJobset = z.union([z.literal('Info'), z.object({ Evaluate: z.boolean() })]);

/** What is asked of Typhon, by `POST /api` or by a route of its own. */
export const request = z.union([
  z.object({ Search: search }),
  z.object({ Project: z.tuple([z.string(), ofProject]) }),
  z.object({ Jobset: z.tuple([jobset, ofJobset]) }),
  z.object({ Evaluation: z.tuple([uuid, z.enum(['Info', 'Cancel'])]) }),
  z.object({ Job: z.tuple([job, z.enum(['Info', 'Rerun'])]) }),
  z.object({ Run: z.tuple([job.extend({ num: z.int() }), z.literal('Info')]) }),
  z.object({ Build: z.tuple([uuid, z.literal('Info')]) }),
  z.object({ Action: z.tuple([uuid, z.literal('Info')]) }),
]);
export type Request = z.infer<typeof request>;
