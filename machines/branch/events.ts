import { z } from 'zod';
import { commonEvents, type Dated } from '../events.ts';
import { policy, repository } from '../policy.ts';

/** Where a branch that is built as itself is; a null head: it is gone. */
export const branchObserved = z.object({
  type: z.literal('branch.observed'),
  repository,
  name: z.string(),
  head: z.string().nullable(),
  policy,
});

export const branchEvent = z.discriminatedUnion('type', [...commonEvents, branchObserved]);
/** What can happen to a branch. */
export type BranchEventData = z.infer<typeof branchEvent>;
export type BranchEvent = Dated<BranchEventData>;
