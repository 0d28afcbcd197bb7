import { branchKeepOf } from '../../machines/branch/context.ts';
import { keepOf } from '../../machines/pull-request/keep.ts';
import type { CarryOut } from './scene.ts';

/** Has the CI keep what the stream needs now; what it needed when the effect was asked for is of no interest. */
export const cacheRetain: CarryOut<'cache.retain'> = async (_, { snapshot, stream, ci }) => {
  await ci.retain(
    stream,
    snapshot.kind === 'pull' ? keepOf(snapshot.context) : branchKeepOf(snapshot.context),
  );
  return null;
};
