/** One step up: what an event of a type looked like until `from`, and how to write it as `from + 1`. Pure. */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  up(data: Record<string, unknown>): { type: string; data: Record<string, unknown> };
}

/** An event as it is stored: its type, that type's version, and its data. */
export interface StoredData {
  readonly type: string;
  readonly version: number;
  readonly data: Record<string, unknown>;
}

/** Today's version of every event type that is not at 1. */
export const eventVersions: Readonly<Record<string, number>> = {
  'pull.observed': 3,
  'branch.observed': 3,
  'head.fetched': 4,
};

/** In order; a change of an event's shape adds one here, and counts up `eventVersions`. */
export const upcasters: readonly Upcaster[] = [
  // 0.1.0 knew git servers only: nobody's word was needed for a head, and nothing was tried twice.
  {
    type: 'pull.observed',
    from: 1,
    up: ({ pull, policy, ...data }) => ({
      type: 'pull.observed',
      data: {
        ...data,
        pull: { authorMayWrite: false, labels: [], changedAt: null, ...asRecord(pull) },
        policy: liftPolicy(policy),
      },
    }),
  },
  {
    type: 'branch.observed',
    from: 1,
    up: ({ policy, ...data }) => ({
      type: 'branch.observed',
      data: { ...data, policy: liftPolicy(policy) },
    }),
  },
  {
    type: 'head.fetched',
    from: 1,
    up: (data) => ({ type: 'head.fetched', data: { touched: [], recovered: null, ...data } }),
  },
  // Nothing was checked by clean builds, and only branches seeded.
  ...(['pull.observed', 'branch.observed'] as const).map((type) => ({
    type,
    from: 2,
    up: ({ policy, ...data }: Record<string, unknown>) => ({
      type,
      data: { ...data, policy: { coldEvery: null, ...asRecord(policy) } },
    }),
  })),
  {
    type: 'head.fetched',
    from: 2,
    up: ({ seed, ...data }) => ({
      type: 'head.fetched',
      data: { ...data, seed: liftSeed(seed) },
    }),
  },
  // The nearest ancestor that was built always counted as news.
  {
    type: 'head.fetched',
    from: 3,
    up: (data) => ({ type: 'head.fetched', data: { seedIsNew: true, ...data } }),
  },
];

function liftPolicy(policy: unknown): Record<string, unknown> {
  return { coldRetry: false, seeds: true, ...asRecord(policy) };
}

function liftSeed(seed: unknown): unknown {
  if (typeof seed !== 'object' || seed === null) return null;
  const { branch, commit, ...rest } = asRecord(seed);
  return { origin: { kind: 'branch', name: branch, commit }, ...rest };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Lifts a stored event to today's shape, one step after another. */
export function upcast(
  stored: StoredData,
  steps: readonly Upcaster[] = upcasters,
): { type: string; data: Record<string, unknown> } {
  if (steps.length === 0) return stored;
  let { type, version, data } = stored;
  for (const step of steps) {
    if (step.type !== type || step.from !== version) continue;
    ({ type, data } = step.up(data));
    version += 1;
  }
  return { type, data };
}

export function versionOf(type: string): number {
  return Object.hasOwn(eventVersions, type) ? (eventVersions[type] ?? 1) : 1;
}
