import type { Look } from './rule.ts';

/** Whether clean builds check what a pull request's incremental ones say. */
export function isChecked({ universe }: Look, number: number): boolean {
  const isLabelled = universe.forge.pulls.get(number)?.labels.includes('cold') === true;
  return isLabelled || universe.plan.settings.repository.coldEvery !== null;
}
