import { cacheRules } from './cache.ts';
import { askedAgain, bounded, noSurprise, nothingLeft, oneOverlay } from './life.ts';
import { refolds, replays } from './log.ts';
import { foreignBranches, history, overlayTree, trust } from './overlay.ts';
import type { Rule } from './rule.ts';
import { statusRules } from './status.ts';
import { timelyRules } from './timely.ts';

/** Every rule. docs/simulation.md has a line for each; a test feeds each a broken world and sees it fail. */
export const rules: readonly Rule[] = [
  overlayTree,
  history,
  foreignBranches,
  trust,
  ...cacheRules,
  ...statusRules,
  nothingLeft,
  oneOverlay,
  askedAgain,
  ...timelyRules,
  noSurprise,
  bounded,
  replays,
  refolds,
];
