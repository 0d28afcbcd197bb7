import { PortError } from '../ports/port-error.ts';
import { isOurs } from './ownership.ts';
import type { CarryOut } from './scene.ts';

/** Deletes a cache branch wherever it is now, if it is ours; one that is not is left alone (E7). */
export const branchDelete: CarryOut<'branch.delete'> = async ({ branch }, scene) => {
  const tip = await scene.mirror.tip(branch);
  if (tip === null) return { type: 'branch.deleted', branch, outcome: 'deleted' };
  await scene.mirror.fetch(tip, `refs/heads/${branch}`);
  if (!(await isOurs(tip, scene))) return { type: 'branch.deleted', branch, outcome: 'not-ours' };
  const pushed = await scene.mirror.push(branch, null, tip);
  switch (pushed.outcome) {
    case 'pushed':
      return { type: 'branch.deleted', branch, outcome: 'deleted' };
    case 'moved':
    case 'in-the-way':
      throw new PortError('unavailable', `${branch} moved while it was being deleted`);
    case 'refused':
      throw new PortError('refused', `the deletion of ${branch} was refused: ${pushed.message}`);
  }
};
