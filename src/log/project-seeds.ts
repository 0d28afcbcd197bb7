import { type Carried, entriesOf } from '../../machines/carried.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { parseStreamName } from '../../machines/stream.ts';
import { runCompiled } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import type { Progress } from './project.ts';
import type { SeedsTable } from './schema.ts';
import { rowShape, writeRow } from './write-row.ts';

const seedRows = rowShape(
  'seeds',
  ['forge', 'repository_id', 'commit', 'branch', 'entries', 'cold_milliseconds', 'recorded_at'],
  { key: ['forge', 'repository_id', 'commit'] },
);
const lentRows = rowShape('pull_seeds', ['stream', 'commit', 'entries', 'cold_milliseconds']);

/** What pull requests may start from: builds of branches (H1), and of pull requests that they may stand on (H3). */
export async function projectSeeds(db: LogDatabase, progress: Progress): Promise<void> {
  const seed = seedRow(progress);
  if (seed !== null) await writeRow(db, seedRows, seed);
  const lent = lentBy(progress.after);
  if (lent !== lentBy(progress.before)) await lend(db, progress.stream, lent);
}

/** What the last event added of a branch's. */
function seedRow({ stream, at, before, after }: Progress): SeedsTable | null {
  if (after.kind !== 'branch' || before.kind !== 'branch') return null;
  const newest = after.context.seeds.at(-1);
  const { repository, name } = after.context;
  if (newest === undefined || newest === before.context.seeds.at(-1)) return null;
  const forge = parseStreamName(stream)?.forge;
  if (repository === null || name === null || forge === undefined) return null;
  return {
    forge,
    repository_id: repository.id,
    commit: newest.commit,
    branch: name,
    entries: JSON.stringify(entriesOf(newest.carried)),
    cold_milliseconds: coldTimesOf(newest.carried),
    recorded_at: at,
  };
}

type Lent = readonly { readonly head: string; readonly carried: Carried }[];
const nothing: Lent = [];

/** An open pull request lends what its last heads' builds left, if whoever pushes to it may write (F4). */
function lentBy({ kind, context }: Snapshot): Lent {
  if (kind !== 'pull' || context.pull === null) return nothing;
  return context.pull.state === 'open' && context.pull.trusted ? context.remembered : nothing;
}

async function lend(db: LogDatabase, stream: string, lent: Lent): Promise<void> {
  await runCompiled(db, 'take back what is lent', [stream], () =>
    db.deleteFrom('pull_seeds').where('stream', '=', stream).compile(),
  );
  for (const { head, carried } of lent)
    if (Object.keys(carried).length > 0)
      await writeRow(db, lentRows, {
        stream,
        commit: head,
        entries: JSON.stringify(entriesOf(carried)),
        cold_milliseconds: coldTimesOf(carried),
      });
}

function coldTimesOf(carried: Carried): string {
  const cold = Object.entries(carried).flatMap(([job, held]) =>
    held.coldMilliseconds === null ? [] : [[job, held.coldMilliseconds] as const],
  );
  return JSON.stringify(Object.fromEntries(cold));
}
