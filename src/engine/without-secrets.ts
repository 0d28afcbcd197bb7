import type { BuildReport } from '../ports/ci.ts';
import { redacted } from '../ports/secrets.ts';

/** A report whose words, a log's and so anybody's, tell no secret of ours (F3). */
export function withoutSecrets(report: BuildReport): BuildReport {
  const { error, jobs } = report;
  return {
    ...report,
    jobs: jobs.map((job) => (job.error === null ? job : { ...job, error: redacted(job.error) })),
    error: error === null ? null : { ...error, message: redacted(error.message) },
  };
}
