import { z } from 'zod';
import { commonEffects } from '../effects.ts';

export const branchEffect = z.discriminatedUnion('type', [...commonEffects]);
/** What a branch's machine may ask for. */
export type BranchEffect = z.infer<typeof branchEffect>;
