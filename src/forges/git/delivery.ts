import { z } from 'zod';
import type { Delivery, Hint, RawDelivery } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';

const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const gitDelivery = z.object({
  /** `owner/repo`. */
  repository: z.string().regex(/^[^/]+\/[^/]+$/),
  updates: z.array(
    z.object({
      ref: z.string().startsWith('refs/'),
      /** All zeros: the ref was made. */
      before: objectId,
      /** All zeros: the ref was deleted. */
      after: objectId,
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

/** As many as the hook ever names. Anybody may send more; then reconciling finds the rest. */
const mostHints = 1000;

/**
 * What the hook says, as hints. A delivery is unsigned: what anybody could have sent can cost us a look and no more, so
 * nothing it says of a ref but its name is taken over.
 * @throws {PortError} `invalid`
 */
export function readDelivery({ headers, body }: RawDelivery): Delivery {
  const id = headers['x-orthrus-delivery'] ?? null;
  if (id !== null && !/^[!-~]{1,200}$/.test(id))
    throw new PortError('invalid', 'X-Orthrus-Delivery must be 1 to 200 printable characters');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new PortError('invalid', 'the body is not JSON', { cause });
  }
  const { repository, updates } = parseGitDelivery(json);
  const hints = new Map<string, Hint>();
  for (const update of updates) {
    const hint = hintOf(update);
    if (hint !== null && hints.size < mostHints) hints.set(`${hint.kind} ${update.ref}`, hint);
  }
  return {
    id,
    repository: { id: null, name: repository },
    hints: [...hints.values()],
    ignored: hints.size === 0 ? 'it names nothing that is built here' : null,
  };
}

function hintOf({ ref, after }: GitDelivery['updates'][number]): Hint | null {
  const number = /^refs\/pull\/([1-9][0-9]{0,9})\/(?:head|base)$/.exec(ref)?.[1];
  if (number !== undefined) return { kind: 'pull', number: Number(number), pull: null };
  if (!ref.startsWith('refs/heads/')) return null;
  const head = /^0+$/.test(after) ? null : after;
  return { kind: 'branch', name: ref.slice('refs/heads/'.length), head };
}
