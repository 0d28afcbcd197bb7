/** JSON as the log keeps it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * One place where two JSON values differ. `before` is absent for what is new, `after` for what is gone. Path elements are
 * keys; those of an array are its indices. Keys may be other people's: `__proto__` too (F5).
 */
export interface Change {
  readonly path: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * Where two values differ, each place as deep as it can be named: a build's progress of one job among five hundred is one
 * change. Arrays are compared index by index.
 */
export function changesBetween(
  before: Json,
  after: Json,
  path: readonly string[] = [],
): readonly Change[] {
  if (before === after) return [];
  if (!isBranching(before) || !isBranching(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path, before, after }];
  const was = new Map(Object.entries(before));
  const is = new Map(Object.entries(after));
  const changed = [...is].flatMap(([key, value]) => {
    const old = was.get(key);
    return old === undefined
      ? [{ path: [...path, key], after: value }]
      : changesBetween(old, value, [...path, key]);
  });
  // An array is cut from its end, so that an index is right when its turn comes.
  const gone = [...was]
    .filter(([key]) => !is.has(key))
    .map(([key, value]) => ({ path: [...path, key], before: value }))
    .toReversed();
  return [...changed, ...gone];
}

/** The value after the changes. What they leave alone is shared with the value before. */
export function applied(value: Json, changes: readonly Change[]): Json {
  return changes.reduce<Json>((now, change) => changedAt(now, change.path, change.after), value);
}

function changedAt(value: Json, path: readonly string[], after: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return after ?? null;
  const entries = new Map(isBranching(value) ? Object.entries(value) : []);
  const inner = rest.length === 0 ? after : changedAt(entries.get(key) ?? null, rest, after);
  if (inner === undefined) entries.delete(key);
  else entries.set(key, inner);
  // `fromEntries` defines what it is given, whatever its name; an assignment to `__proto__` would not.
  return Array.isArray(value) ? [...entries.values()] : Object.fromEntries(entries);
}

function isBranching(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}
