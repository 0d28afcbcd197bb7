import { z } from 'zod';

const units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `30s`, `5m`, `6h`, `90d`, `250ms`, in the file; milliseconds in the program. */
const duration = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$/,
    'a duration is a number and a unit: 250ms, 30s, 5m, 6h, 90d',
  )
  .transform((text) => {
    const [, number = '0', unit = 'ms'] = /^([0-9.]+)([a-z]+)$/.exec(text) ?? [];
    return Number(number) * (units.get(unit) ?? 1);
  })
  .meta({ description: 'A duration: a number and one of ms, s, m, h, d.' });

/** Never a literal: the name of an environment variable, or of a file. */
const secret = z
  .union(
    [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
    {
      error: 'a secret is never a literal here, but {"env": "NAME"} or {"file": "path"}',
    },
  )
  .meta({ description: 'Where a secret is read from: an environment variable or a file.' });
export type SecretSource = z.infer<typeof secret>;

export const gitForge = z.strictObject({
  kind: z
    .literal('git')
    .meta({ description: 'A plain git server whose repositories are at hand.' }),
  root: z
    .string()
    .min(1)
    .meta({ description: 'The folder that holds bare repositories owner/repo.git.' }),
});

export const appId = z.strictObject({
  id: z.int().min(1).meta({ description: "The App's id." }),
  privateKey: secret,
});

export const githubForge = z.strictObject({
  kind: z.literal('github').meta({ description: 'GitHub, or a GitHub Enterprise server.' }),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.github.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ description: 'For GitHub Enterprise: https://HOST/api/v3.' }),
  webhookSecret: secret.meta({ description: 'What the webhook is signed with.' }),
  token: secret.optional().meta({ description: 'A token; or else `app`.' }),
  app: appId.optional().meta({ description: 'A GitHub App; or else `token`.' }),
});

export const typhonCi = z.strictObject({
  kind: z.literal('typhon').meta({ description: 'A stock Typhon.' }),
  url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ description: 'Where it listens.' }),
  webhookSecret: secret.meta({ description: "The project's `github_webhook_secret`." }),
  callbackSecret: secret.meta({ description: 'What its actions sign their calls to us with.' }),
  pollEvery: duration
    .prefault('30s')
    .meta({ description: 'How often it is asked, beside its event stream.' }),
});

export const genericCi = z.strictObject({
  kind: z
    .literal('generic')
    .meta({ description: 'Any CI that says what it built, to Orthrus or to the forge.' }),
  callbackSecret: secret.meta({ description: 'What calls to POST /ci/{name} are signed with.' }),
});

export const nixCi = z.strictObject({
  kind: z.literal('nix').meta({ description: "This machine's own Nix." }),
  attribute: z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_'-]*(\.[A-Za-z_][A-Za-z0-9_'-]*)*$/,
      'an attribute path like typhonJobs',
    )
    .default('typhonJobs')
    .meta({ description: 'The attribute of the flake whose members are the jobs.' }),
  parallel: z
    .int()
    .min(1)
    .max(256)
    .default(2)
    .meta({ description: 'How many jobs are built at once.' }),
  nixConfig: z
    .string()
    .default('')
    .meta({ description: 'Lines added to NIX_CONFIG for the evaluations and builds.' }),
});

export const report = z.strictObject({
  as: z
    .enum(['statuses', 'checks'])
    .default('statuses')
    .meta({ description: 'Commit statuses, or check runs (for a GitHub App).' }),
  context: z.string().min(1).default('orthrus').meta({ description: 'The name of the summary.' }),
  jobs: z
    .enum(['failed', 'all', 'none'])
    .default('failed')
    .meta({ description: 'Which jobs are reported by themselves, beside the summary.' }),
  jobContext: z
    .string()
    .includes('{job}')
    .default('orthrus/{job}')
    .meta({ description: "The name of a job's report; {job} stands for the job." }),
});

const relativePath = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$))[^\0]+$/,
    'a path inside the repository, like cache.nix or ci/cache.nix',
  );

export const repository = z.strictObject({
  forge: z.string().meta({ description: 'One of `forges`.' }),
  name: z
    .string()
    .regex(/^[^/\s:#@]+\/[^/\s:#@]+$/, 'a repository is named owner/repo')
    .meta({ description: 'owner/repo.' }),
  ci: z.string().meta({ description: 'One of `ci`.' }),
  project: z
    .string()
    .optional()
    .meta({ description: "The CI's name for the repository; default owner/repo." }),
  branches: z.array(z.string().min(1)).default(['main']).meta({
    description: 'Branches that are built as themselves; what they built seeds pull requests.',
  }),
  cacheBranch: z
    .string()
    .includes('{number}')
    .default('orthrus/pr-{number}')
    .meta({ description: "The name of a cache branch; {number} stands for the pull request's." }),
  cacheFile: relativePath
    .default('cache.nix')
    .meta({ description: 'Where the overlay holds the cache.' }),
  commitFile: relativePath
    .default('commit.txt')
    .meta({ description: 'Where the overlay holds the head it stands for.' }),
  output: z
    .string()
    .min(1)
    .default('intermediates')
    .meta({ description: 'The derivation output that is the cache.' }),
  drafts: z
    .enum(['build', 'skip'])
    .default('build')
    .meta({ description: 'Whether drafts are built, or wait until they are ready for review.' }),
  onForcePush: z
    .enum(['keep', 'cold'])
    .default('keep')
    .meta({ description: 'Whether a force-push keeps the cache.' }),
  onPush: z.enum(['finish-cold', 'cancel']).default('finish-cold').meta({
    description:
      'What a push does to a cold build under way: it is left to finish, for its cache, or cancelled.',
  }),
  trust: z.enum(['write']).default('write').meta({
    description: 'Whose pull requests are built without approval: those of people who may write.',
  }),
  coldEvery: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'Every how many builds from a cache a clean one checks; null: never.' }),
  coldRetry: z.boolean().default(true).meta({
    description: 'Whether an incremental build that failed is tried once more without the cache.',
  }),
  report: report.prefault({}).meta({ description: 'What is reported to the forge, and how.' }),
});
export type RepositoryConfig = z.infer<typeof repository>;

export const file = z.strictObject({
  $schema: z.string().optional(),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1').meta({ description: 'The address to listen at.' }),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(3100)
        .meta({ description: 'The port; 0: any that is free.' }),
    })
    .prefault({}),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where people and forges reach the service; links lead there.' }),
  database: z
    .union([
      z
        .string()
        .startsWith('sqlite:')
        .meta({ description: "sqlite:FILE, relative to the configuration's own folder." }),
      z.strictObject({
        url: z.string().startsWith('sqlite:').meta({ description: 'sqlite:FILE.' }),
        synchronous: z.enum(['full', 'normal']).default('full').meta({
          description: 'What SQLite waits for: `full` keeps what was answered through a power cut.',
        }),
      }),
    ])
    .default('sqlite:orthrus.db'),
  stateDir: z
    .string()
    .min(1)
    .default('state')
    .meta({ description: "Mirrors, logs and GC roots. Relative to the file's own folder." }),
  operatorToken: secret
    .optional()
    .meta({ description: "What an operator's calls carry. Without one they are refused." }),
  reconcileEvery: duration
    .prefault('5m')
    .meta({ description: 'How often forge and CI are compared with the log.' }),
  retry: z
    .strictObject({
      base: duration.prefault('1s').meta({
        description:
          'The first delay before something is tried again; each is twice the one before.',
      }),
      max: duration.prefault('5m').meta({ description: 'The longest delay.' }),
    })
    .prefault({}),
  deadlines: z
    .strictObject({
      start: duration.prefault('15m').meta({
        description: "When a build that has not begun is given up, from the CI's acceptance on.",
      }),
      finish: duration
        .prefault('6h')
        .meta({ description: 'When a build that has not ended is given up.' }),
    })
    .prefault({}),
  concurrency: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .meta({ description: 'How many effects are carried out at once.' }),
  retain: duration
    .prefault('90d')
    .meta({ description: 'How long a closed pull request is kept in the log.' }),
  archive: z.string().min(1).optional().meta({
    description:
      "A folder for the logs of what is no longer kept, as `orthrus export` writes them; relative to the file's own folder.",
  }),
  inspector: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .default('https://stately.ai/inspect')
        .meta({ description: 'The page that `orthrus inspect` and `serve --inspect` talk to.' }),
      redact: z.array(z.string().min(1)).default(['author', 'by']).meta({
        description:
          'Names of what is not told to that page, however deep it stands in a context or an event.',
      }),
    })
    .prefault({})
    .meta({ description: 'The Stately inspector.' }),
  forges: z.record(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a forge is named with letters, digits, ., _ and -'),
    z.discriminatedUnion('kind', [gitForge, githubForge]),
  ),
  ci: z.record(z.string().min(1), z.discriminatedUnion('kind', [nixCi, typhonCi, genericCi])),
  repositories: z
    .array(repository)
    .meta({ description: 'The repositories whose pull requests get cache branches.' }),
});

/** The configuration as the program uses it: defaults filled in, paths absolute, durations in milliseconds. */
export type Config = Omit<z.output<typeof file>, 'database' | '$schema'> & {
  readonly database: { readonly file: string; readonly synchronous: 'full' | 'normal' };
};

/** The published JSON Schema of the configuration file (draft 2020-12). */
export function configSchema(): Record<string, unknown> {
  return z.toJSONSchema(file, { io: 'input' });
}
