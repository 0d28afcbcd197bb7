import { stateText } from '../../machines/fold.ts';
import type { StatusRecord } from '../../machines/status.ts';
import { accepts } from '../engine/accepts.ts';
import { waitsFor } from '../engine/waits-for.ts';
import type { LogDatabase } from '../log/database.ts';
import { pendingEffects } from '../log/outbox.ts';
import { lastTimes, restingLanes } from '../log/standings.ts';
import { dataOf } from '../log/stored-event.ts';
import type { Service } from '../service.ts';
import { coldTimes } from './cold-times.ts';
import { forgePage } from './forge-page.ts';
import type { Links } from './links.ts';
import {
  type BuildJson,
  buildJson,
  type PendingJson,
  pendingJson,
  type PullJson,
  pullJson,
} from './pull-json.ts';
import { type ListedPull, readBuilds } from './read-pulls.ts';

/** All that there is to say of a pull request, or of a branch, as it is now. */
export interface PullDetailJson extends PullJson {
  /** What it waits for, in one sentence; null: nothing. */
  readonly waitsFor: string | null;
  /** The types of event that would be taken next. */
  readonly accepts: readonly string[];
  readonly base: string | null;
  readonly cacheBranch: string | null;
  /** Where the cache branch was last seen, ours or not. */
  readonly branchTip: string | null;
  /** Where the forge itself shows it. */
  readonly forgePage: string | null;
  readonly statuses: readonly StatusRecord[];
  readonly pending: readonly PendingJson[];
  /** Newest first. */
  readonly builds: readonly BuildJson[];
  /** The event of the build that was the last to finish. */
  readonly lastFinished: FinishedJson | null;
}

export interface FinishedJson {
  readonly version: number;
  readonly attempt: number;
  /** Why the build as a whole came to nothing. */
  readonly error: { readonly kind: string; readonly message: string } | null;
}

/** How many builds are told of. */
const buildsTold = 100;

export async function pullDetail(
  { engine, config }: Service,
  links: Links,
  row: ListedPull,
): Promise<PullDetailJson> {
  const { db, world } = engine.options;
  const { version, held, snapshot } = await engine.state(row.stream);
  const pending = await pendingEffects(db, row.stream);
  const builds = await readBuilds(db, row.stream, buildsTold);
  const cold = await coldTimes(db, row);
  const resting = await restingLanes(db);
  const lastTook = (await lastTimes(db, [row.stream])).get(row.stream) ?? null;
  const pull = snapshot.kind === 'pull' ? snapshot.context : null;
  return {
    ...pullJson(row, links),
    version,
    state: stateText(snapshot.value),
    held,
    waitsFor: waitsFor({ snapshot, held, pending, lastTook, resting }, world.now()),
    accepts: accepts({ snapshot, held }),
    base: pull?.pull?.base ?? null,
    cacheBranch: pull?.policy?.cacheBranch ?? null,
    branchTip: pull?.branchTip ?? null,
    forgePage: forgePage(config, row),
    statuses: snapshot.context.statuses,
    pending: pending.map(pendingJson),
    builds: builds.map((build) => buildJson(build, row, links, cold)),
    lastFinished: await lastFinished(db, row.stream),
  };
}

async function lastFinished(db: LogDatabase, stream: string): Promise<FinishedJson | null> {
  const row = await db
    .selectFrom('events')
    .select(['version', 'type', 'data', 'meta'])
    .where('stream', '=', stream)
    .where('type', '=', 'build.finished')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  const event = row === undefined ? null : dataOf(row);
  if (row === undefined || event?.type !== 'build.finished') return null;
  const { attempt, error } = event;
  return {
    version: row.version,
    attempt,
    error: error === null ? null : { kind: error.kind, message: error.message },
  };
}
