import { type JobResult, withChanged } from '../../machines/build.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { current } from '../../machines/pull-request/context.ts';
import type { CiMessage } from '../ports/ci.ts';
import type { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import type { Observed } from './observe.ts';
import { type Place, projectOf } from './place.ts';
import { buildsOf } from './streams.ts';

/**
 * Takes in what a CI says of a commit by itself. It is about every stream that has asked for a build of that commit; a
 * commit that nobody knows changes nothing (rule 4, C8).
 */
export async function takeMessage(
  engine: Engine,
  reports: BuildReports,
  places: readonly Place[],
  message: CiMessage,
): Promise<readonly Observed[]> {
  const { logger } = engine.options;
  const observed: Observed[] = [];
  for (const place of places) {
    if (message.project !== null && message.project !== projectOf(place)) continue;
    if (message.repository !== null && message.repository !== place.repository.name) continue;
    for (const { stream, attempt } of await buildsOf(engine, place, message.commit)) {
      // In turn: of two messages at once each must see what the other said, or neither would be the last.
      const recorded = await reports.inTurn(stream, async () => {
        const { snapshot } = await engine.state(stream);
        const jobs = withChanged(jobsOf(snapshot, message.commit), message.jobs);
        return reports.record(
          {
            stream,
            commit: message.commit,
            attempt,
            phase: isComplete(message, jobs) ? 'finished' : 'started',
            jobs,
            error: message.error,
          },
          'ci',
        );
      });
      observed.push(
        recorded === null
          ? { outcome: 'ignored', reason: 'no news' }
          : { outcome: 'recorded', recorded },
      );
    }
  }
  if (observed.length > 0) return observed;
  logger.info(
    { commit: message.commit, project: message.project, repository: message.repository },
    'a result for a commit that nobody asked to build',
  );
  return [{ outcome: 'ignored', reason: 'nobody asked for a build of that commit' }];
}

function isComplete({ complete, error }: CiMessage, jobs: readonly JobResult[]): boolean {
  if (error !== null || complete !== 'when-settled') return error !== null || complete === true;
  return jobs.every((job) => job.state !== 'pending');
}

/** What is known of jobs belongs to the newest build; an older one's message stands for itself. */
function jobsOf(snapshot: Snapshot, commit: string): readonly JobResult[] {
  const newest =
    snapshot.kind === 'pull' ? current(snapshot.context)?.commit : snapshot.context.build?.commit;
  return newest === commit ? snapshot.context.jobs : [];
}
