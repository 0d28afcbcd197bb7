import type { Item, Plan } from './plan.ts';
import { type SimulationDatabase, simulate } from './simulation.ts';

/** How many runs a plan is worth. */
const tries = 400;

/** Leaves out of a plan whatever is not needed for the same rule to break. */
export async function shrink(
  plan: Plan,
  rule: string,
  database: SimulationDatabase,
): Promise<Plan> {
  let runs = 0;
  const breaks = async (items: readonly Item[]): Promise<boolean> => {
    runs += 1;
    const { broken } = await simulate({ ...plan, items: [...items] }, database);
    return broken.some((one) => one.rule === rule);
  };
  let items: readonly Item[] = plan.items;
  let size = Math.ceil(items.length / 2);
  for (;;) {
    const before = items.length;
    let at = 0;
    while (at < items.length) {
      if (runs >= tries) return { ...plan, items: [...items] };
      const fewer = [...items.slice(0, at), ...items.slice(at + size)];
      if (await breaks(fewer)) items = fewer;
      else at += size;
    }
    if (size === 1 && items.length === before) return { ...plan, items: [...items] };
    size = Math.ceil(size / 2);
  }
}
