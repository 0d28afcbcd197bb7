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
  kind: z.literal('git'),
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
  kind: z.literal('github'),
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
  kind: z.literal('typhon'),
  url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  webhookSecret: secret.meta({ description: "The project's `github_webhook_secret`." }),
  callbackSecret: secret.meta({ description: 'What its actions sign their calls to us with.' }),
  pollEvery: duration.default(30_000),
});

export const genericCi = z.strictObject({
  kind: z.literal('generic'),
  callbackSecret: secret.meta({ description: 'What calls to POST /ci/{name} are signed with.' }),
});

export const nixCi = z.strictObject({
  kind: z.literal('nix'),
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
  as: z.enum(['statuses', 'checks']).default('statuses'),
  context: z.string().min(1).default('orthrus'),
  jobs: z.enum(['failed', 'all', 'none']).default('failed'),
  jobContext: z.string().includes('{job}').default('orthrus/{job}'),
});

const relativePath = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$))[^\0]+$/,
    'a path inside the repository, like cache.nix or ci/cache.nix',
  );

export const repository = z.strictObject({
  forge: z.string(),
  name: z.string().regex(/^[^/\s:#@]+\/[^/\s:#@]+$/, 'a repository is named owner/repo'),
  ci: z.string(),
  project: z
    .string()
    .optional()
    .meta({ description: "The CI's name for the repository; default owner/repo." }),
  branches: z.array(z.string().min(1)).default(['main']),
  cacheBranch: z.string().includes('{number}').default('orthrus/pr-{number}'),
  cacheFile: relativePath.default('cache.nix'),
  commitFile: relativePath.default('commit.txt'),
  output: z.string().min(1).default('intermediates'),
  drafts: z.enum(['build', 'skip']).default('build'),
  onForcePush: z.enum(['keep', 'cold']).default('keep'),
  onPush: z.enum(['finish-cold', 'cancel']).default('finish-cold'),
  trust: z.enum(['write']).default('write'),
  coldEvery: z.null().default(null),
  coldRetry: z.boolean().default(true),
  report: report.default(report.parse({})),
});
export type RepositoryConfig = z.infer<typeof repository>;

export const file = z.strictObject({
  $schema: z.string().optional(),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(3100),
    })
    .default({ host: '127.0.0.1', port: 3100 }),
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  database: z
    .union([
      z.string().startsWith('sqlite:'),
      z.strictObject({
        url: z.string().startsWith('sqlite:'),
        synchronous: z.enum(['full', 'normal']).default('full'),
      }),
    ])
    .default('sqlite:orthrus.db'),
  stateDir: z.string().min(1).default('state'),
  operatorToken: secret.optional(),
  reconcileEvery: duration.default(300_000),
  retry: z
    .strictObject({ base: duration.default(1000), max: duration.default(300_000) })
    .default({ base: 1000, max: 300_000 }),
  deadlines: z
    .strictObject({ start: duration.default(900_000), finish: duration.default(21_600_000) })
    .default({ start: 900_000, finish: 21_600_000 }),
  concurrency: z.int().min(1).max(1000).default(8),
  retain: duration.default(90 * 86_400_000),
  forges: z.record(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a forge is named with letters, digits, ., _ and -'),
    z.discriminatedUnion('kind', [gitForge, githubForge]),
  ),
  ci: z.record(z.string().min(1), z.discriminatedUnion('kind', [nixCi, typhonCi, genericCi])),
  repositories: z.array(repository),
});

/** The configuration as the program uses it: defaults filled in, paths absolute, durations in milliseconds. */
export type Config = Omit<z.output<typeof file>, 'database' | '$schema'> & {
  readonly database: { readonly file: string; readonly synchronous: 'full' | 'normal' };
};

/** The published JSON Schema of the configuration file (draft 2020-12). */
export function configSchema(): Record<string, unknown> {
  return z.toJSONSchema(file, { io: 'input' });
}
