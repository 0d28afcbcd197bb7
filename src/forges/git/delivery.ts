import { z } from 'zod';
import { PortError } from '../../ports/port-error.ts';

const id = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const gitDelivery = z.object({
  /** `owner/repo`. */
  repository: z.string().regex(/^[^/]+\/[^/]+$/),
  updates: z.array(
    z.object({
      ref: z.string().startsWith('refs/'),
      /** All zeros: the ref was made. */
      before: id,
      /** All zeros: the ref was deleted. */
      after: id,
    }),
  ),
});

/** What the post-receive hook tells: which refs of which repository moved. A hint; the repository knows better. */
export type GitDelivery = z.infer<typeof gitDelivery>;

/** @throws {PortError} `invalid` */
export function parseGitDelivery(body: unknown): GitDelivery {
  const { success, data, error } = gitDelivery.safeParse(body);
  if (success) return data;
  throw new PortError('invalid', `not a delivery of the git hook: ${z.prettifyError(error)}`);
}
