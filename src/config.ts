import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

/** A configuration that cannot be used; the message says which key, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config';
}

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

const gitForge = z.strictObject({
  kind: z.literal('git'),
  root: z
    .string()
    .min(1)
    .meta({ description: 'The folder that holds bare repositories owner/repo.git.' }),
});

const appId = z.strictObject({
  id: z.int().min(1).meta({ description: "The App's id." }),
  privateKey: secret,
});

const githubForge = z.strictObject({
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

const typhonCi = z.strictObject({
  kind: z.literal('typhon'),
  url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  webhookSecret: secret.meta({ description: "The project's `github_webhook_secret`." }),
  callbackSecret: secret.meta({ description: 'What its actions sign their calls to us with.' }),
  pollEvery: duration.default(30_000),
});

const genericCi = z.strictObject({
  kind: z.literal('generic'),
  callbackSecret: secret.meta({ description: 'What calls to POST /ci/{name} are signed with.' }),
});

const nixCi = z.strictObject({
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

const report = z.strictObject({
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

const repository = z.strictObject({
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

const file = z.strictObject({
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

/**
 * Reads and checks a configuration file. Relative paths in it are relative to its own folder.
 * @throws {ConfigError} a message of one line for the first thing that is wrong
 */
export function loadConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `cannot read the configuration ${path}: ${error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file; name another with --config FILE' : String(error)}`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  return parseConfig(json, dirname(resolve(path)));
}

/** @throws {ConfigError} */
export function parseConfig(json: unknown, folder: string): Config {
  const parsed = file.safeParse(json);
  if (!parsed.success) throw new ConfigError(describeIssue(parsed.error.issues[0], json));
  const { database, $schema: _, ...rest } = parsed.data;
  const within = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  for (const { source } of secretSources(rest))
    if ('file' in source) source.file = within(source.file);
  const db =
    typeof database === 'string' ? { url: database, synchronous: 'full' as const } : database;
  const config: Config = {
    ...rest,
    stateDir: within(rest.stateDir),
    database: { file: within(db.url.slice('sqlite:'.length)), synchronous: db.synchronous },
    forges: Object.fromEntries(
      Object.entries(rest.forges).map(([name, forge]) => [
        name,
        forge.kind === 'git' ? { ...forge, root: within(forge.root) } : forge,
      ]),
    ),
  };
  checkReferences(config);
  return config;
}

/** Every secret that the configuration names, with the key that names it. */
export function secretSources(
  config: Pick<Config, 'operatorToken' | 'forges' | 'ci'>,
): { readonly key: string; readonly source: SecretSource }[] {
  const named: [string, SecretSource | undefined][] = [['operatorToken', config.operatorToken]];
  for (const [name, forge] of Object.entries(config.forges))
    if (forge.kind === 'github')
      named.push(
        [`forges.${name}.webhookSecret`, forge.webhookSecret],
        [`forges.${name}.token`, forge.token],
        [`forges.${name}.app.privateKey`, forge.app?.privateKey],
      );
  for (const [name, ci] of Object.entries(config.ci)) {
    if (ci.kind === 'typhon') named.push([`ci.${name}.webhookSecret`, ci.webhookSecret]);
    if (ci.kind !== 'nix') named.push([`ci.${name}.callbackSecret`, ci.callbackSecret]);
  }
  return named.flatMap(([key, source]) => (source === undefined ? [] : [{ key, source }]));
}

function checkForges(config: Config): void {
  for (const [name, forge] of Object.entries(config.forges)) {
    if (forge.kind !== 'github') continue;
    if ((forge.token === undefined) === (forge.app === undefined))
      throw new ConfigError(
        forge.token === undefined
          ? `forges.${name}: is missing "token" or "app"`
          : `forges.${name}: has both "token" and "app"; keep one`,
      );
  }
}

function checkReferences(config: Config): void {
  checkForges(config);
  const seen = new Set<string>();
  for (const [index, configured] of config.repositories.entries()) {
    const at = `repositories[${index}]`;
    if (!Object.hasOwn(config.forges, configured.forge))
      throw new ConfigError(
        `${at}.forge: there is no forge "${configured.forge}"${suggestion(configured.forge, Object.keys(config.forges))}`,
      );
    if (!Object.hasOwn(config.ci, configured.ci))
      throw new ConfigError(
        `${at}.ci: there is no CI "${configured.ci}"${suggestion(configured.ci, Object.keys(config.ci))}`,
      );
    const forge = config.forges[configured.forge];
    if (configured.report.as === 'checks' && !(forge?.kind === 'github' && forge.app !== undefined))
      throw new ConfigError(
        `${at}.report.as: "checks" are for a GitHub App; "${configured.forge}" is none, use "statuses"`,
      );
    if (configured.cacheFile === configured.commitFile)
      throw new ConfigError(`${at}: cacheFile and commitFile are both "${configured.cacheFile}"`);
    const name = `${configured.forge}:${configured.name}`;
    if (seen.has(name)) throw new ConfigError(`${at}: ${name} is configured twice`);
    seen.add(name);
  }
}

type Issue = z.core.$ZodIssue;

/** One line: where, what, and for an unknown key the nearest known one. */
function describeIssue(issue: Issue | undefined, json: unknown): string {
  if (issue === undefined) return 'the configuration is not valid';
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return `${where === '' ? '' : `${where}: `}unknown key "${key}"${suggestion(key, knownKeys(issue.path, json))}`;
  }
  if (
    issue.code === 'invalid_union' &&
    'discriminator' in issue &&
    valueAt(json, issue.path) !== undefined
  )
    return `${where}: unknown kind; known here: ${knownKinds(issue.path).join(', ')}`;
  const value = valueAt(json, issue.path);
  return `${where === '' ? 'the configuration' : where}: ${value === undefined ? 'is missing' : issue.message}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const forgeKinds = { git: gitForge, github: githubForge };
const ciKinds = { nix: nixCi, typhon: typhonCi, generic: genericCi };

function knownKinds(path: readonly PropertyKey[]): string[] {
  return Object.keys(path[0] === 'forges' ? forgeKinds : ciKinds);
}

function knownKeys(path: readonly PropertyKey[], json: unknown): string[] {
  const [first, second, third] = path;
  if (first === undefined) return Object.keys(file.shape);
  if (first === 'forges' || first === 'ci') {
    if (third === 'app') return Object.keys(appId.shape);
    if (third !== undefined) return ['env', 'file'];
    const kind = valueAt(json, [first, second ?? '', 'kind']);
    const kinds = new Map(Object.entries(first === 'forges' ? forgeKinds : ciKinds));
    return Object.keys((typeof kind === 'string' ? kinds.get(kind)?.shape : undefined) ?? {});
  }
  if (first === 'repositories')
    return Object.keys(third === 'report' ? report.shape : repository.shape);
  if (first === 'listen') return ['host', 'port'];
  if (first === 'retry') return ['base', 'max'];
  if (first === 'deadlines') return ['start', 'finish'];
  if (first === 'database') return ['url', 'synchronous'];
  return [];
}

/** `; did you mean "listen"?`, if one is near; else what there is. */
export function suggestion(given: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [nearest] = ranked;
  if (nearest === undefined) return '';
  if (nearest.distance <= Math.max(2, nearest.name.length / 2))
    return `; did you mean "${nearest.name}"?`;
  return `; there is ${known.join(', ')}`;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, a] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, b] of [...to].entries())
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a === b ? 0 : 1)),
      );
    row = next;
  }
  return row[to.length] ?? 0;
}

/**
 * Reads a secret where the configuration says it is.
 * @throws {ConfigError} if it is not there, or empty
 */
export function readSecret(source: SecretSource, key: string): string {
  if ('env' in source) {
    const value = process.env[source.env];
    if (value === undefined || value === '')
      throw new ConfigError(`${key}: the environment variable ${source.env} is not set`);
    return value;
  }
  try {
    const value = readFileSync(source.file, 'utf8').trim();
    if (value !== '') return value;
  } catch {
    throw new ConfigError(`${key}: cannot read the file ${source.file}`);
  }
  throw new ConfigError(`${key}: the file ${source.file} is empty`);
}
