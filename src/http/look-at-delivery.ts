import type { RepositoryConfig } from '../config.ts';
import { observeBranch, observePull, observeTip, type Observed } from '../engine/observe.ts';
import { numberOfCacheBranch, type Place } from '../engine/place.ts';
import type { GitDelivery } from '../forges/git/delivery.ts';
import type { Service } from '../service.ts';

/** What a moved ref gives reason to look at. */
type Hint =
  | { readonly kind: 'pull'; readonly number: number }
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'tip'; readonly number: number };

/** What came of a delivery. Of several events the first stands for all. */
export type DeliveryAnswer =
  | {
      readonly stream: string;
      readonly version: number;
      readonly recorded?: readonly { readonly stream: string; readonly version: number }[];
    }
  | { readonly ignored: string };

/** As many as the hook ever names. Anybody may send more; then reconciling finds the rest. */
const mostHints = 1000;

export function hintOf(config: RepositoryConfig, ref: string): Hint | null {
  const number = /^refs\/pull\/([1-9][0-9]{0,9})\/(?:head|base)$/.exec(ref)?.[1];
  if (number !== undefined) return { kind: 'pull', number: Number(number) };
  if (!ref.startsWith('refs/heads/')) return null;
  const name = ref.slice('refs/heads/'.length);
  if (config.branches.includes(name)) return { kind: 'branch', name };
  const cached = numberOfCacheBranch(config, name);
  return cached === null ? null : { kind: 'tip', number: cached };
}

/**
 * Looks at everything that a delivery names, once each. One look that fails does not keep the others from it; it is
 * thrown in the end, so that the delivery is sent again, which is safe: what was recorded has its key (D1).
 */
export async function lookAtDelivery(
  service: Service,
  forge: string,
  delivery: GitDelivery,
  id: string | null,
): Promise<DeliveryAnswer> {
  const place = service.engine.options.places.byName(forge, delivery.repository);
  if (place === null) {
    const isConfigured = service.config.repositories.some(
      (one) => one.forge === forge && one.name === delivery.repository,
    );
    return {
      ignored: isConfigured
        ? 'this repository could not be opened yet; it will be looked at when it is'
        : 'this repository is not configured',
    };
  }
  const hints = new Map<string, Hint>();
  for (const { ref } of delivery.updates) {
    const hint = hintOf(place.config, ref);
    if (hint !== null && hints.size < mostHints) hints.set(JSON.stringify(hint), hint);
  }
  const recorded: { stream: string; version: number }[] = [];
  const reasons = new Set<string>();
  const failures: unknown[] = [];
  for (const hint of hints.values()) {
    try {
      const observed = await look(service, place, hint, id);
      if (observed.outcome === 'ignored') reasons.add(observed.reason);
      else recorded.push({ stream: observed.recorded.stream, version: observed.recorded.version });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  const [first] = recorded;
  if (first === undefined)
    return { ignored: [...reasons].join('; ') || 'it names nothing that is built here' };
  return recorded.length === 1 ? first : { ...first, recorded };
}

async function look(
  service: Service,
  place: Place,
  hint: Hint,
  id: string | null,
): Promise<Observed> {
  const { engine } = service;
  // A push may move a head and its cache branch at once: two events of one stream, so each has a key of its own.
  const key = id === null ? {} : { key: `delivery:${id}${hint.kind === 'tip' ? ':tip' : ''}` };
  const from = { source: 'webhook', ...key } as const;
  switch (hint.kind) {
    case 'pull':
      return observePull(engine, place, hint.number, from);
    case 'branch':
      return observeBranch(engine, place, hint.name, from);
    case 'tip':
      return observeTip(engine, place, hint.number, from);
  }
}
