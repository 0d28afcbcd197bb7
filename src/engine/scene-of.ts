import type { BranchContext } from '../../machines/branch/context.ts';
import { shortSha } from '../../machines/describe.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { PullContext } from '../../machines/pull-request/context.ts';
import { lastAsked } from '../../machines/status.ts';
import { parseStreamName } from '../../machines/stream.ts';
import { z } from 'zod';
import type { OthersStatus, Scene } from '../effects/scene.ts';
import { code } from '../effects/summary.ts';
import { runCompiled } from '../log/compiled.ts';
import { type LeasedEffect, pendingEffects } from '../log/outbox.ts';
import { PortError } from '../ports/port-error.ts';
import type { Engine } from './engine.ts';
import { type Place, projectOf } from './place.ts';
import { seedsFor } from './seeds-for.ts';
import { streamsWithHead } from './streams.ts';
import { waitsFor } from './waits-for.ts';

/**
 * What an effect of that stream is carried out with.
 * @throws {PortError} `unavailable` if its repository is not (or not yet) at hand
 */
export function sceneOf(engine: Engine, row: LeasedEffect, snapshot: Snapshot): Scene {
  const { places, pageUrl } = engine.options;
  const name = parseStreamName(row.stream);
  const place = name === null ? null : places.byId(name.forge, name.repositoryId);
  if (place === null)
    throw new PortError(
      'unavailable',
      `the repository of ${row.stream} is not configured, or its forge has not answered yet`,
    );
  return {
    stream: row.stream,
    name: subjectText(row.stream),
    ref: `refs/heads/${snapshot.context.policy?.cacheBranch ?? ''}`,
    reportAs: place.config.report.as,
    standing: () => standing(engine, row.stream),
    others: (commit, context) => othersOf(engine, place, row.stream, { commit, context }),
    handOver: (commit, context) => handOver(engine, place, row, { commit, context }),
    askedAt: row.asked_at,
    snapshot,
    forge: place.forge,
    ci: place.ci,
    mirror: place.mirror,
    repository: place.repository,
    project: projectOf(place),
    pageUrl: pageUrl(row.stream),
    pushed: () => pushedTo(engine, row.stream),
    seeds: () => seedsFor(engine.options.db, place, row.stream, snapshot),
  };
}

function subjectText(stream: string): string {
  const subject = parseStreamName(stream)?.subject;
  if (subject === undefined) return stream;
  return subject.kind === 'pull' ? `#${subject.number}` : `@${subject.branch}`;
}

/** Where a stream stands, as a comment tells it. Names and messages are other people's, so they stand as code (F5). */
async function standing(engine: Engine, stream: string): Promise<string> {
  const { db, world, pageUrl } = engine.options;
  const { snapshot, held } = await engine.state(stream);
  const pending = await pendingEffects(db, stream);
  // What asks is itself an effect under way.
  const others = pending.filter((row) => row.type !== 'command.answer');
  const waits = waitsFor({ snapshot, held, pending: others }, world.now());
  const { verdict, head } = snapshot.context;
  const said =
    verdict === null
      ? ''
      : `${head === null ? '' : `\`${shortSha(head)}\`: `}${verdict.state}: ${code(verdict.description)}. `;
  const page = pageUrl(stream);
  return `${said}${waits === null ? 'Nothing is waited for.' : `Now: ${code(waits)}.`}${page === null ? '' : ` [More](${page})`}`;
}

/** What other open streams of the repository that have this very head say of it (B10). */
async function othersOf(
  engine: Engine,
  place: Place,
  stream: string,
  of: { readonly commit: string; readonly context: string },
): Promise<OthersStatus[]> {
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const closed = ['closing', 'closed', 'gone'];
  const values = [forge, id, of.commit, stream, ...closed];
  const { rows } = await runCompiled(db, 'others with a head', values, () =>
    db
      .selectFrom('pulls')
      .innerJoin('snapshots', 'snapshots.stream', 'pulls.stream')
      .select(['pulls.stream', 'pulls.kind', 'snapshots.context'])
      .where('pulls.forge', '=', forge)
      .where('pulls.repository_id', '=', id)
      .where('pulls.head', '=', of.commit)
      .where('pulls.stream', '!=', stream)
      .where('pulls.state', 'not in', closed)
      .compile(),
  );
  return rows.flatMap((row) => {
    const context: PullContext | BranchContext = JSON.parse(row.context);
    const last = lastAsked(context.statuses, of);
    return last === undefined
      ? []
      : [{ name: subjectText(row.stream), state: last.state, description: last.description }];
  });
}

/** Tells the other open pull requests that have this very head; once each, however often the effect is tried (B10). */
async function handOver(
  engine: Engine,
  place: Place,
  row: LeasedEffect,
  of: { readonly commit: string; readonly context: string },
): Promise<void> {
  for (const stream of await streamsWithHead(engine, place, of.commit))
    if (stream !== row.stream && parseStreamName(stream)?.subject.kind === 'pull')
      await engine.record({
        stream,
        event: { type: 'status.inherited', ...of },
        source: 'effect',
        key: `inherited:${row.id}`,
      });
}

const pushedCommit = z.object({ commit: z.string() });

/** From the events themselves: an overlay that was never built has no row among the builds. */
async function pushedTo(engine: Engine, stream: string): Promise<string[]> {
  const { db } = engine.options;
  const pushes = ['overlay.pushed', 'cache.recorded'];
  const { rows } = await runCompiled(db, 'pushes of a stream', [stream, ...pushes], () =>
    db
      .selectFrom('events')
      .select('data')
      .where('stream', '=', stream)
      .where('type', 'in', pushes)
      .orderBy('version', 'desc')
      .compile(),
  );
  return rows.map(({ data }) => pushedCommit.parse(JSON.parse(data)).commit);
}
