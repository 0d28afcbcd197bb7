import { z } from 'zod';

/** The shapes of what the API answers and takes, for its OpenAPI document. Times are milliseconds since the epoch. */

const time = z.int().meta({ description: 'Milliseconds since the epoch.' });
const text = z.string().nullable();

const pull = {
  pull: z.string().meta({ description: '`here:owner/repo#12`, `here:owner/repo@main`.' }),
  stream: z.string(),
  kind: z.enum(['pull', 'branch']),
  forge: z.string(),
  repository: z.string(),
  number: z.int().nullable(),
  branch: text,
  title: text,
  author: text,
  state: z.string().meta({ description: "The machine's state, like `merging.pushing`." }),
  held: text.meta({ description: 'Why it is not acted on; null: it is.' }),
  head: text.meta({ description: "The pull request's newest commit." }),
  tip: text.meta({ description: "The cache branch's newest commit." }),
  verdict: text,
  description: text,
  version: z.int(),
  openedAt: time,
  updatedAt: time,
  page: z.string().meta({ description: 'The address of its page.' }),
  waitsFor: text.meta({ description: 'What it is waiting for, in one sentence; null: nothing.' }),
};

const job = z.looseObject({
  name: z.string(),
  state: z.string(),
  built: z.boolean().nullable().meta({ description: 'False: it was there; null: unknown.' }),
  milliseconds: z.number().nullable(),
  reason: z.string().meta({ description: 'Why it was warm, cold, or not built.' }),
  url: text,
  error: text,
  log: z.string().meta({ description: 'The address of its log.' }),
  saved: z.number().nullable().meta({
    description:
      "Milliseconds that its cache saved, an estimate: the median of the job's last cold builds, less what it took; null: nothing to compare.",
  }),
});

const build = z.looseObject({
  attempt: z.int(),
  commit: z.string(),
  head: z.string(),
  askedAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  verdict: text,
  description: text,
  jobs: z.array(job),
  log: z.string(),
});

const status = z.looseObject({
  commit: z.string(),
  context: z.string(),
  state: z.string(),
  description: z.string(),
  delivery: z.enum(['asked', 'published', 'given-up']),
});

const pending = z.looseObject({
  id: z.string(),
  kind: z.enum(['effect', 'timer']),
  type: z.string(),
  lane: z.string(),
  attempts: z.int(),
  runAt: time,
  lastError: text,
});

const event = z.looseObject({
  stream: z.string(),
  version: z.int(),
  recordedAt: time,
  type: z.string(),
  summary: z.string().meta({ description: 'What the event says, in a few words.' }),
  data: z.record(z.string(), z.unknown()),
  state: z.string(),
  handled: z.boolean(),
  held: z.boolean(),
  source: z.string(),
  key: text,
  machineVersion: z.string(),
});

const effect = z.looseObject({
  id: z.string(),
  type: z.string(),
  params: z.record(z.string(), z.unknown()),
  outcome: text,
  attempts: z.int(),
  doneAt: time.nullable(),
  runAt: time.nullable(),
  lastError: text,
});

const step = z.looseObject({
  version: z.int(),
  recordedAt: time,
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  source: z.string(),
  handled: z.boolean(),
  held: z.boolean(),
  recorded: z.string().meta({ description: 'The state that was recorded.' }),
  state: z.string().meta({ description: "Today's machine's state." }),
  context: z.record(z.string(), z.unknown()),
  changed: z.record(z.string(), z.unknown()),
  effects: z.array(effect),
});

const timelineStep = z.looseObject({
  version: z.int(),
  at: time,
  type: z.string(),
  summary: z.string().meta({ description: 'What the event says, in a few words.' }),
  source: z.string(),
  handled: z.boolean(),
  held: z.boolean(),
  failed: z.boolean().meta({ description: 'Whether it tells that something failed.' }),
  state: z.string().meta({ description: "Today's machine's state after it." }),
  recorded: z.string().meta({ description: 'The state that was recorded.' }),
  changes: z
    .array(
      z.strictObject({
        path: z.array(z.string()),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
      }),
    )
    .meta({
      description:
        'Where the context differs: keys, or indices of an array; `before` is absent for what is new, `after` for what is gone.',
    }),
  effects: z.array(effect.omit({ id: true })),
});

const listRow = z.looseObject({
  stream: z.string(),
  name: z.string().meta({ description: '`here:owner/repo#12`, `here:owner/repo@main`.' }),
  page: z.string(),
  title: text,
  author: text,
  state: z.string(),
  held: z.boolean(),
  waitsFor: text,
  head: text,
  verdict: text,
  description: text,
  version: z.int(),
  updatedAt: time,
  build: z
    .looseObject({
      askedAt: time,
      startedAt: time.nullable(),
      finishedAt: time.nullable(),
      verdict: text,
      jobs: z.strictObject({ notBuilt: z.int(), warm: z.int(), cold: z.int() }),
    })
    .nullable()
    .meta({ description: 'The newest build.' }),
});
const listCounts = z.record(z.string(), z.int());

const jobResult = z.looseObject({
  name: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  drv: z.string().optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  url: z.string().optional(),
});

const schemas = {
  Pull: z.looseObject(pull),
  Pulls: z.looseObject({ pulls: z.array(z.looseObject(pull)), next: text }),
  List: z.union([
    z.looseObject({
      rows: z.array(listRow),
      next: text,
      counts: listCounts,
      repositories: z.array(z.string()),
    }),
    z.looseObject({ rows: z.array(listRow), others: z.array(listRow), counts: listCounts }),
  ]),
  Overview: z.looseObject({
    since: time,
    until: time,
    days: z.array(
      z.strictObject({
        day: z.string().meta({ description: 'Of UTC, `2025-01-30`.' }),
        success: z.int(),
        failure: z.int(),
        error: z.int(),
      }),
    ),
    isCut: z.boolean().meta({ description: 'There are more builds than were looked at.' }),
    builds: z.int(),
    jobs: z
      .strictObject({ warm: z.int(), cold: z.int(), notBuilt: z.int(), unknown: z.int() })
      .meta({ description: 'Jobs that succeeded.' }),
    saved: z.strictObject({ milliseconds: z.int(), jobs: z.int(), without: z.int() }).meta({
      description:
        'An estimate: the median of the last cold builds of each job that was warm or not built, less what it took.',
    }),
    failures: z.array(z.strictObject({ cause: z.string(), count: z.int() })),
    forges: z.array(
      z.strictObject({
        forge: z.string(),
        budgets: z
          .array(
            z.strictObject({
              of: z.string(),
              resource: z.string(),
              remaining: z.int(),
              limit: z.int(),
              resetAt: time,
            }),
          )
          .nullable()
          .meta({ description: 'Null: it has no limits. Empty: nothing was asked yet.' }),
        restsUntil: time.nullable(),
      }),
    ),
  }),
  PullDetail: z.looseObject({
    ...pull,
    accepts: z
      .array(z.string())
      .meta({ description: 'The types of event that would be taken next.' }),
    base: text.meta({ description: 'The base branch.' }),
    cacheBranch: text,
    branchTip: text.meta({ description: 'Where the cache branch was last seen, ours or not.' }),
    forgePage: text.meta({ description: 'Where the forge itself shows it.' }),
    statuses: z.array(status),
    pending: z.array(pending),
    builds: z.array(build),
    lastFinished: z
      .strictObject({
        version: z.int(),
        attempt: z.int(),
        error: z
          .strictObject({ kind: z.string(), message: z.string() })
          .nullable()
          .meta({ description: 'Why the build as a whole came to nothing.' }),
      })
      .nullable()
      .meta({ description: 'The event of the build that was the last to finish.' }),
  }),
  Events: z.looseObject({ stream: z.string(), events: z.array(event), next: z.int().nullable() }),
  Replay: z.looseObject({ stream: z.string(), steps: z.array(step) }),
  Timeline: z.looseObject({
    stream: z.string(),
    newest: z.int().meta({ description: 'The newest version there is.' }),
    from: z.int(),
    before: z.strictObject({
      state: z.string(),
      context: z.record(z.string(), z.unknown()),
      visited: z.array(
        z.strictObject({ state: z.string(), version: z.int(), at: time.nullable() }),
      ),
    }),
    steps: z.array(timelineStep),
  }),
  Rebuild: z.object({ cold: z.boolean().optional() }),
  Approve: z.object({ head: z.string().meta({ description: "The head's full sha." }) }),
  Reconciled: z.looseObject({ reconciled: z.literal(true), milliseconds: z.number() }),
  Answer: z.union([
    z.strictObject({ stream: z.string(), version: z.int() }),
    z.strictObject({ ignored: z.string() }),
  ]),
  Health: z.looseObject({ status: z.string(), reason: z.string().optional() }),
  CiResult: z.union([
    z.looseObject({
      repository: z.string(),
      commit: z.string().meta({ description: 'The commit that was built.' }),
      jobs: z.array(jobResult),
      complete: z.boolean().optional(),
    }),
    z.looseObject({
      action: z.enum(['begin', 'end']),
      input: z.record(z.string(), z.unknown()),
      outputs: z.record(z.string(), z.string()).optional(),
    }),
  ]),
  Error: z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }),
};
export type SchemaName = keyof typeof schemas;

export function ref(name: SchemaName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schemas by name, as JSON Schema (draft 2020-12, as OpenAPI 3.1 has it). */
export function componentSchemas(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema);
      return [name, rest];
    }),
  );
}
