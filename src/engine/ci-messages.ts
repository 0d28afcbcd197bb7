import { type JobResult, withChanged } from '../../machines/build.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { CiMessage } from '../ports/ci.ts';
import type { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import { newestBuild } from './live-builds.ts';
import type { Observed } from './observe.ts';
import { type Place, projectOf } from './place.ts';
import { buildsOf } from './streams.ts';

/** Milliseconds. A CI that reports job by job begins the next one soon after it has told of the last. */
const silence = 30_000;

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
        const { commit, error } = message;
        const isOpen = message.complete === 'when-settled' && isAwaited(snapshot, commit);
        const phase = !isOpen && isComplete(message, jobs) ? 'finished' : 'started';
        const report = { stream, commit, attempt, phase, jobs, error } as const;
        return reports.record(report, 'ci', isOpen ? silence : undefined);
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
  return newestBuild(snapshot)?.commit === commit ? snapshot.context.jobs : [];
}

/** Whether its verdict is still to come; once it has one, each piece of news corrects that. */
function isAwaited(snapshot: Snapshot, commit: string): boolean {
  return newestBuild(snapshot)?.commit === commit && snapshot.value === 'building';
}
