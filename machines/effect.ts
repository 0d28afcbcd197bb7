import type { BranchEffect } from './branch/effects.ts';
import { pullEffect, type PullEffect } from './pull-request/effects.ts';

/** Whatever a machine may ask for; the pull request's effects are the larger set. */
export type Effect = PullEffect | BranchEffect;
export const effect = pullEffect;
