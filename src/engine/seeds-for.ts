import { z } from 'zod';
import { cacheEntries } from '../../machines/cache.ts';
import type { Origin } from '../../machines/carried.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { Seed } from '../../machines/pull-request/events.ts';
import { parseStreamName } from '../../machines/stream.ts';
import { runCompiled } from '../log/compiled.ts';
import type { LogDatabase } from '../log/database.ts';
import type { Place } from './place.ts';

/** What a stream may start from. */
export interface Seeds {
  readonly commits: readonly string[];
  /** What the build of one of them left. */
  at(commit: string): Promise<Seed | null>;
}

/**
 * The builds of trusted branches, and of the other open pull requests if the pushers of both may write (H3, F4). Where a
 * commit is both, the branch's counts: that was built cold.
 */
export async function seedsFor(
  db: LogDatabase,
  place: Place,
  stream: string,
  snapshot: Snapshot,
): Promise<Seeds> {
  const { forge } = place.config;
  const { id } = place.repository;
  const branches = () =>
    db.selectFrom('seeds').where('forge', '=', forge).where('repository_id', '=', id);
  const isTrusted = snapshot.kind === 'pull' && snapshot.context.pull?.trusted === true;
  const pulls = () =>
    db
      .selectFrom('pull_seeds')
      .innerJoin('pulls', 'pulls.stream', 'pull_seeds.stream')
      .where('pulls.forge', '=', forge)
      .where('pulls.repository_id', '=', id)
      .where('pulls.stream', '!=', stream);
  const { rows: fromBranches } = await runCompiled(db, 'seeds of branches', [forge, id], () =>
    branches().select('commit').compile(),
  );
  const { rows: fromPulls } = isTrusted
    ? await runCompiled(db, 'seeds of others', [forge, id, stream], () =>
        pulls().select('pull_seeds.commit').compile(),
      )
    : { rows: [] };
  return {
    commits: [...fromBranches, ...fromPulls].map(({ commit }) => commit),
    async at(commit) {
      const { rows } = await runCompiled(db, 'seed of a branch', [forge, id, commit], () =>
        branches().selectAll().where('commit', '=', commit).compile(),
      );
      const [branch] = rows;
      if (branch !== undefined)
        return seedOf(branch, { kind: 'branch', name: branch.branch, commit });
      if (!isTrusted) return null;
      const pull = await pulls()
        .selectAll('pull_seeds')
        .where('pull_seeds.commit', '=', commit)
        .orderBy('pulls.number')
        .executeTakeFirst();
      const subject = pull === undefined ? undefined : parseStreamName(pull.stream)?.subject;
      return pull === undefined || subject?.kind !== 'pull'
        ? null
        : seedOf(pull, { kind: 'pull', number: subject.number, commit });
    },
  };
}

const coldTimes = z.record(z.string(), z.number());

function seedOf(
  row: { readonly entries: string; readonly cold_milliseconds: string },
  origin: Origin,
): Seed {
  return {
    origin,
    entries: cacheEntries.parse(JSON.parse(row.entries)),
    coldMilliseconds: coldTimes.parse(JSON.parse(row.cold_milliseconds)),
  };
}
