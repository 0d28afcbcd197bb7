import { duration, jobReason } from '../../machines/describe.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { JobResult } from '../../machines/build.ts';
import { current } from '../../machines/pull-request/context.ts';
import type { AskedStatus } from '../../machines/status.ts';

/**
 * A check run's summary in Markdown: every job with its time and the reason for warm or cold, and the cache paths. Null
 * for a status that is not about the build the stream now tells of. Names and errors are other people's text, so they
 * stand as code (F5).
 */
export function summaryOf(snapshot: Snapshot, status: AskedStatus): string | null {
  const { jobs } = snapshot.context;
  if (jobs.length === 0 || headOf(snapshot) !== status.commit) return null;
  const rows = jobs.map(
    (job) =>
      `| ${code(job.name)} | ${job.state}${job.built === false ? ', already built' : ''} | ${
        job.milliseconds === null ? '' : duration(job.milliseconds)
      } | ${code(reasonOf(snapshot, job))} |`,
  );
  const paths = jobs.flatMap((job) =>
    Object.entries(job.outputs).map(
      ([output, path]) => `- ${code(`${job.name}.${output}`)}: ${code(path)}`,
    ),
  );
  const errors = jobs.flatMap((job) =>
    job.error === null ? [] : [`### ${code(job.name)}\n\n${fenced(job.error)}`],
  );
  return [
    status.description,
    ['| job | result | time | why |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    ...errors,
    ...(paths.length === 0 ? [] : [`Outputs:\n\n${paths.join('\n')}`]),
  ]
    .join('\n\n')
    .slice(0, 60_000);
}

function headOf(snapshot: Snapshot): string | null {
  return snapshot.kind === 'pull'
    ? (current(snapshot.context)?.head ?? null)
    : (snapshot.context.build?.commit ?? null);
}

function reasonOf(snapshot: Snapshot, job: JobResult): string {
  if (snapshot.kind === 'branch') return 'cold: a branch is built as itself';
  const overlay = current(snapshot.context);
  return overlay === null ? '' : jobReason(overlay.carried, overlay.cold, job);
}

/** As inline code, in a table's cell too, whatever it holds. */
export function code(text: string): string {
  const line = text.replace(/[\r\n|]+/g, ' ');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return line === ''
    ? ''
    : `${fence}${longest > 0 ? ' ' : ''}${line}${longest > 0 ? ' ' : ''}${fence}`;
}

function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
