import { z } from 'zod';
import type { JobState } from '../../../machines/build.ts';
import { derivationPath, isStorePath } from '../../../machines/store-path.ts';
import type { CiMessage } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';
import { explainIssue } from '../generic/explain-issue.ts';
import { revisionOf } from './evaluation-info.ts';

const body = z.object({
  action: z.enum(['begin', 'end']),
  /** What Typhon gave the action; the rest of it is of no interest here. */
  input: z.object({
    drv: z.string(),
    job: z.string().min(1, 'expected a name'),
    project: z.string(),
    status: z.enum(['pending', 'success', 'failure', 'canceled']),
    url: z.string(),
  }),
  outputs: z.record(z.string(), z.unknown()).nullish(),
});

const states: Readonly<Record<z.infer<typeof body>['input']['status'], JobState>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failure',
  canceled: 'cancelled',
};

/**
 * What a `begin` or `end` action tells of one job. Outputs that are no store paths are left out (C12).
 * @throws {PortError} `invalid`
 */
export function actionMessage(value: unknown): CiMessage | { readonly ignored: string } {
  const parsed = body.safeParse(value);
  if (!parsed.success) throw new PortError('invalid', explainIssue(parsed.error));
  const { input, outputs } = parsed.data;
  const commit = revisionOf(input.url);
  if (commit === null) return { ignored: 'its url names no revision' };
  const paths = Object.entries(outputs ?? {}).filter((entry): entry is [string, string] =>
    isStorePath(entry[1]),
  );
  return {
    project: input.project,
    repository: null,
    commit,
    jobs: [
      {
        name: input.job,
        state: states[input.status],
        drv: derivationPath.safeParse(input.drv).data ?? null,
        outputs: Object.fromEntries(paths),
        built: null,
        milliseconds: null,
        url: null,
        error: null,
      },
    ],
    complete: false,
    error: null,
  };
}
