import { z } from 'zod';
import { derivationPath, isStorePath } from '../../../machines/store-path.ts';
import type { CiMessage } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';
import { explainIssue } from './explain-issue.ts';

const inStore = z
  .string()
  .refine(isStorePath, 'expected a path in the store, /nix/store/<hash>-<name>');
const drvInStore = z
  .string()
  .refine(
    (value) => derivationPath.safeParse(value).success,
    'expected a derivation in the store, /nix/store/<hash>-<name>.drv',
  );

const job = z.object({
  name: z.string().min(1, 'expected a name'),
  state: z.enum(['pending', 'success', 'failure', 'error', 'cancelled']),
  drv: drvInStore.nullish(),
  outputs: z.record(z.string(), inStore).nullish(),
  // It becomes a link on pages and in statuses: nothing but the web (F5).
  url: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).nullish(),
});

const body = z.object({
  repository: z.string().regex(/^[^/\s]+(\/[^/\s]+)+$/, 'expected "owner/repo"'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "expected a commit's full hash, in lower case"),
  jobs: z.array(job).nullish(),
  complete: z.boolean().nullish(),
  /** The commit does not evaluate: the first lines of why. */
  error: z.string().min(1, 'expected a message').nullish(),
});

/**
 * What any CI tells of a commit, `POST /ci/{ci}`: the jobs that have changed, and with `complete` that none will change any
 * more. Fields that are not known are accepted (D6).
 * @throws {PortError} `invalid`: which field, and what was expected there
 */
export function genericMessage(value: unknown): CiMessage {
  const parsed = body.safeParse(value);
  if (!parsed.success) throw new PortError('invalid', explainIssue(parsed.error));
  const { repository, commit, jobs, complete, error } = parsed.data;
  return {
    project: null,
    repository,
    commit,
    jobs: (jobs ?? []).map(({ name, state, drv, outputs, url }) => ({
      name,
      state,
      drv: drv ?? null,
      outputs: outputs ?? {},
      built: null,
      milliseconds: null,
      url: url ?? null,
      error: null,
    })),
    // One that does not evaluate has no jobs to wait for.
    complete: complete ?? typeof error === 'string',
    error:
      typeof error === 'string'
        ? { kind: 'evaluation', message: firstLines(error), paths: [] }
        : null,
  };
}

const mostCharacters = 2000;

function firstLines(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
