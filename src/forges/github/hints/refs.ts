import { z } from 'zod';
import { incomplete, notUsed, type Payload, type Reading } from './reading.ts';

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const push = z.object({ ref: z.string(), after: sha, deleted: z.boolean().nullish() });
const mergeGroup = z.object({ merge_group: z.object({ head_ref: z.string(), head_sha: sha }) });

const branches = 'refs/heads/';

export function readPush(payload: Payload): Reading {
  const { data } = push.safeParse(payload.body);
  if (data === undefined) return incomplete(payload, 'ref and commit');
  const { ref, after, deleted } = data;
  if (!ref.startsWith(branches)) return 'a push of what is no branch is not used';
  const isGone = deleted === true || /^0+$/.test(after);
  return [{ kind: 'branch', name: ref.slice(branches.length), head: isGone ? null : after }];
}

/** A merge queue makes a branch of its own for what it wants checked, and deletes it when it knows (B11). */
export function readMergeGroup(payload: Payload): Reading {
  const { action, body } = payload;
  if (action !== 'checks_requested' && action !== 'destroyed') return notUsed(payload);
  const { data } = mergeGroup.safeParse(body);
  if (data === undefined) return incomplete(payload, 'branch and commit');
  const { head_ref: ref, head_sha: head } = data.merge_group;
  const name = ref.startsWith(branches) ? ref.slice(branches.length) : ref;
  return [{ kind: 'queue', name, head: action === 'destroyed' ? null : head }];
}
