import type { JobResult } from '../../machines/build.ts';
import { duration, originText, shortSha } from '../../machines/describe.ts';
import type { EventData } from '../../machines/fold.ts';

/** What an event says, in a few words. They may hold other people's text: whoever shows it makes it harmless. */
export function summarize(event: EventData): string {
  switch (event.type) {
    case 'pull.observed': {
      const { pull } = event;
      const about = [
        pull.state,
        pull.draft ? 'draft' : null,
        pull.head === null ? 'no head' : `at ${shortSha(pull.head)}`,
        `into ${pull.base}`,
        pull.title === null ? null : JSON.stringify(pull.title),
      ];
      return about.filter((part) => part !== null).join(', ');
    }
    case 'branch.observed':
      return event.head === null ? 'gone' : `at ${shortSha(event.head)}`;
    case 'tip.observed':
      return event.tip === null ? 'no cache branch' : `at ${shortSha(event.tip)}`;
    case 'pull.approved':
      return `${shortSha(event.head)} by ${event.by}`;
    case 'head.fetched':
      return [
        shortSha(event.head),
        event.fastForward === false ? 'force-pushed' : null,
        event.seed === null ? null : `seed ${originText(event.seed.origin)}`,
        event.missing.length === 0 ? null : `${event.missing.length} cache paths gone`,
      ]
        .filter((part) => part !== null)
        .join(', ');
    case 'status.inherited':
      return `${event.context} on ${shortSha(event.commit)}`;
    case 'overlay.pushed':
      return `${shortSha(event.commit)} for ${shortSha(event.head)}`;
    case 'overlay.rejected':
    case 'cache.rejected':
      return `${event.outcome}: ${event.detail}`;
    case 'cache.recorded':
      return `${shortSha(event.commit)}, ${jobCount(Object.keys(event.entries).length)}`;
    case 'branch.deleted':
      return `${event.branch}: ${event.outcome}`;
    case 'command.given':
      return `${event.command} by ${event.by}`;
    case 'command.refused':
      return event.reason;
    case 'command.answered':
      return `comment ${event.comment}`;
    case 'build.accepted':
    case 'build.started':
    case 'build.lost':
      return `${shortSha(event.commit)}, attempt ${event.attempt}`;
    case 'build.progressed':
      return jobsText(event.jobs);
    case 'build.finished':
      return event.error === null
        ? jobsText(event.jobs)
        : `${event.error.kind}: ${event.error.message}`;
    case 'status.published':
      return `${event.status.context} ${event.status.state}: ${event.status.description}`;
    case 'status.publish.failed':
      return `${event.status.context} ${event.status.state}: ${event.message}`;
    case 'rebuild.requested':
      return `${event.cold ? 'cold, ' : ''}by ${event.by}`;
    case 'machine.accepted':
      return `by ${event.by}`;
    case 'timer.start':
    case 'timer.finish':
    case 'timer.retry':
      return '';
    case 'head.fetch.failed':
    case 'overlay.push.failed':
    case 'cache.record.failed':
    case 'cache.retain.failed':
    case 'branch.delete.failed':
    case 'build.start.failed':
    case 'build.cancel.failed':
    case 'jobset.delete.failed':
    case 'command.answer.failed':
      return `${event.code}: ${event.message}`;
  }
}

function jobCount(number: number): string {
  return number === 1 ? '1 entry' : `${number} entries`;
}

function jobsText(jobs: readonly JobResult[]): string {
  return jobs
    .map((job) => {
      if (job.built === false) return `${job.name} ${job.state} (there already)`;
      const time = job.milliseconds === null ? '' : ` in ${duration(job.milliseconds)}`;
      return `${job.name} ${job.state}${time}`;
    })
    .join(', ');
}
