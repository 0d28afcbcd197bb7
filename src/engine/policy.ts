import type { Policy } from '../../machines/policy.ts';
import type { Subject } from '../../machines/stream.ts';
import type { Config } from '../config/schema.ts';
import { cacheBranchOf, type Place } from './place.ts';

/** What of the configuration is the same for every repository. */
export type CommonPolicy = Pick<Config, 'deadlines' | 'retry'>;

/** The configuration as a machine is told it. */
export function policyOf(place: Place, subject: Subject, common: CommonPolicy): Policy {
  const { config } = place;
  return {
    cacheBranch: subject.kind === 'pull' ? cacheBranchOf(config, subject.number) : subject.branch,
    cacheFile: config.cacheFile,
    commitFile: config.commitFile,
    output: config.output,
    drafts: config.drafts,
    onForcePush: config.onForcePush,
    onPush: config.onPush,
    coldRetry: config.coldRetry,
    coldEvery: config.coldEvery,
    seeds: subject.kind === 'pull' || config.branches.includes(subject.branch),
    context: config.report.context,
    jobContext: config.report.jobContext,
    reportJobs: config.report.jobs,
    deadlines: common.deadlines,
    retry: common.retry,
  };
}
