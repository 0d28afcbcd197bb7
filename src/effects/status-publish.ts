import { clip, descriptionLimit } from '../../machines/describe.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { AskedStatus } from '../../machines/status.ts';
import type { StatusState } from '../ports/forge.ts';
import { summaryOf } from './summary.ts';
import type { CarryOut, OthersStatus } from './scene.ts';

/** Publishes a status, joined with what other pull requests with the same head say of it. */
export const statusPublish: CarryOut<'status.publish'> = async (status, scene) => {
  const others = await scene.others(status.commit, status.context);
  const instead = hasLeft(scene.snapshot, status) ? left(status, others) : null;
  await scene.forge.publish(scene.repository, {
    ...(instead ?? joined(status, scene.name, others)),
    url: scene.pageUrl,
    as: scene.reportAs,
    summary: scene.reportAs === 'checks' ? summaryOf(scene.snapshot, status) : null,
  });
  return { type: 'status.published', status };
};

/** Whether the stream has no part in that commit any more: it has another head, or is closed. */
function hasLeft({ context, value }: Snapshot, { commit }: AskedStatus): boolean {
  return context.head !== commit || value === 'closing' || value === 'closed' || value === 'gone';
}

/**
 * That a stream has left a commit is no verdict on it: those that still have it say what stands (B10).
 * @returns null if there are none
 */
export function left(
  of: Pick<AskedStatus, 'commit' | 'context'>,
  [first, ...rest]: readonly OthersStatus[],
): AskedStatus | null {
  if (first === undefined) return null;
  const { commit, context } = of;
  const { name, state, description } = first;
  return joined({ commit, context, state, description }, name, rest);
}

/** From the best to the worst. */
const ranks: readonly StatusState[] = ['success', 'pending', 'error', 'failure'];

/** One verdict a commit and context: the worst stands, and the description names all that have that head (B10). */
export function joined(
  own: AskedStatus,
  name: string,
  others: readonly OthersStatus[],
): AskedStatus {
  if (others.length === 0) return own;
  const all = [{ name, state: own.state, description: own.description }, ...others].toSorted(
    (one, other) => ranks.indexOf(other.state) - ranks.indexOf(one.state),
  );
  const [worst = own] = all;
  const short = `${all.map((one) => `${one.name} ${one.state}`).join(', ')}: `;
  return {
    ...own,
    state: worst.state,
    description: clip(short + clip(worst.description, descriptionLimit - short.length)),
  };
}
