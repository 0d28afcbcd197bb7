import type { Delivery, Hint } from '../ports/forge.ts';
import type { BuildReports } from './build-reports.ts';
import { takeMessage } from './ci-messages.ts';
import type { Engine } from './engine.ts';
import { observeBranch, observePull, observeTip, type Observed } from './observe.ts';
import { numberOfCacheBranch, type Place, streamOf } from './place.ts';
import { streamsWithHead } from './streams.ts';

/** What came of a delivery. Of several events the first stands for all. */
export type DeliveryAnswer =
  | {
      readonly stream: string;
      readonly version: number;
      readonly recorded?: readonly { readonly stream: string; readonly version: number }[];
    }
  | { readonly ignored: string };

/**
 * Does what a verified delivery gives reason to, once each. One hint that fails does not keep the others from it; it
 * is thrown in the end, so that the delivery is sent again, which is safe: what was recorded has its key (D1).
 */
export async function takeDelivery(
  engine: Engine,
  reports: BuildReports,
  forge: string,
  delivery: Delivery,
): Promise<DeliveryAnswer> {
  const { places } = engine.options;
  const { repository } = delivery;
  if (repository === null) return { ignored: delivery.ignored ?? 'it names no repository' };
  const place =
    (repository.id === null ? null : places.byId(forge, repository.id)) ??
    places.byName(forge, repository.name);
  if (place === null) {
    const isConfigured = places.configs.some(
      (one) => one.forge === forge && one.name === repository.name,
    );
    return {
      ignored: isConfigured
        ? 'this repository could not be opened yet; it will be looked at when it is'
        : 'this repository is not configured',
    };
  }
  const recorded: { stream: string; version: number }[] = [];
  const reasons = new Set<string>();
  const failures: unknown[] = [];
  for (const [index, hint] of delivery.hints.entries()) {
    try {
      const key = keyOf(delivery, hint, index);
      for (const observed of await takeHint({ engine, reports, place }, hint, key))
        if (observed.outcome === 'ignored') reasons.add(observed.reason);
        else recorded.push(versionOf(observed));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  const [first] = recorded;
  if (first === undefined)
    return {
      ignored:
        delivery.ignored ?? ([...reasons].join('; ') || 'it names nothing that is built here'),
    };
  return recorded.length === 1 ? first : { ...first, recorded };
}

function versionOf(observed: Extract<Observed, { outcome: 'recorded' }>): {
  stream: string;
  version: number;
} {
  const { stream, version } = observed.recorded;
  return { stream, version };
}

/** One delivery may be several events of one stream, a head and its cache branch pushed at once: each has its key. */
function keyOf({ id }: Delivery, hint: Hint, index: number): string | null {
  if (id === null) return null;
  switch (hint.kind) {
    case 'pull':
    case 'queue':
      return `delivery:${id}`;
    case 'branch':
      return `delivery:${id}:tip`;
    default:
      return `delivery:${id}:${index}`;
  }
}

interface Taking {
  readonly engine: Engine;
  readonly reports: BuildReports;
  readonly place: Place;
}

async function takeHint(
  { engine, reports, place }: Taking,
  hint: Hint,
  key: string | null,
): Promise<readonly Observed[]> {
  const look = { source: 'webhook', ...(key === null ? {} : { key }) } as const;
  switch (hint.kind) {
    case 'pull':
      return [await observePull(engine, place, hint.number, look, hint.pull)];
    case 'branch':
      return [await branchMoved(engine, place, hint, look)];
    case 'queue':
      return [await observeBranch(engine, place, hint.name, look)];
    case 'command': {
      const { command, by, comment, at } = hint;
      const stream = streamOf(place, { kind: 'pull', number: hint.number });
      if ((await engine.state(stream)).version === 0)
        return [{ outcome: 'ignored', reason: 'no pull request is known by that number' }];
      const event = {
        type: 'command.given',
        command: command.kind,
        head: command.head,
        by,
        comment,
        commentedAt: at,
      } as const;
      // The comment is the command, however many deliveries tell of it.
      const recorded = await engine.record({
        stream,
        event,
        source: 'webhook',
        key: `comment:${comment}`,
      });
      return recorded === null ? [] : [{ outcome: 'recorded', recorded }];
    }
    case 'rerun': {
      const streams = await streamsWithHead(engine, place, hint.commit);
      const event = { type: 'rebuild.requested', cold: false, by: hint.by } as const;
      const observed: Observed[] = [];
      for (const stream of streams) {
        const recorded = await engine.record({
          stream,
          event,
          source: 'webhook',
          key: key ?? undefined,
        });
        if (recorded !== null) observed.push({ outcome: 'recorded', recorded });
      }
      return observed.length > 0
        ? observed
        : [{ outcome: 'ignored', reason: 'no head that is built here' }];
    }
    case 'job':
      if (!place.ci.seesPushes)
        return [{ outcome: 'ignored', reason: 'its CI does not report through the forge' }];
      if (isOwnContext(place.config, hint.job.name))
        return [{ outcome: 'ignored', reason: 'it is our own status' }];
      return takeMessage(engine, reports, [place], {
        project: null,
        repository: place.repository.name,
        commit: hint.commit,
        jobs: [hint.job],
        complete: 'when-settled',
        error: null,
      });
    case 'repository': {
      await engine.options.places.reopen(place.config);
      return [{ outcome: 'ignored', reason: 'the repository was looked up anew' }];
    }
  }
}

/**
 * Whether a status is one that we publish. The forge tells of ours too, and on a branch they are on the very commit that is
 * built: taken for a result, each verdict would be a job of the next.
 */
function isOwnContext({ report }: Place['config'], context: string): boolean {
  if (context === report.context) return true;
  const [before = '', after = ''] = report.jobContext.split('{job}');
  // Jobs reported under their bare names cannot be told from the CI's own.
  if (before === '' && after === '') return false;
  return (
    context.length > before.length + after.length &&
    context.startsWith(before) &&
    context.endsWith(after)
  );
}

/** A branch that is built as itself, or a cache branch. */
async function branchMoved(
  engine: Engine,
  place: Place,
  { name, head }: Extract<Hint, { kind: 'branch' }>,
  look: Parameters<typeof observeBranch>[3],
): Promise<Observed> {
  if (place.config.branches.includes(name)) return observeBranch(engine, place, name, look);
  const number = numberOfCacheBranch(place.config, name);
  if (number === null) return { outcome: 'ignored', reason: 'it names nothing that is built here' };
  const stream = streamOf(place, { kind: 'pull', number });
  const { snapshot } = await engine.state(stream);
  // Most often our own push comes back to us.
  if (snapshot.kind === 'pull' && head !== null && snapshot.context.branchTip === head)
    return { outcome: 'ignored', reason: 'no news' };
  return observeTip(engine, place, number, look);
}
