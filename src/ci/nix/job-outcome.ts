import type { JobResult } from '../../../machines/build.ts';
import { endOfLog, lastLines, logContains } from '../store/log-text.ts';
import type { PlannedJob } from './build-record.ts';
import type { Exited } from './detached.ts';

/**
 * What `nix-store --realise` says when the builder is to blame. A single-user Nix also ends with a code from 100 on for most
 * of these; through a daemon the code is 1 whatever happened. (`builder failed`: Nix 2.30 and later.)
 */
const ofTheCode =
  /^\s*(error|Reason): .*(builder for '[^']*' failed|builder failed|dependenc(y|ies) of derivation '[^']*' failed|dependency failed|failed to produce output|is not allowed to (refer|have)|cycle detected in (the references|build)|contains an illegal reference|hash mismatch|suspicious ownership)/m;

/** The builder was ended from outside (by a person, or for want of memory), which says nothing about the code. */
const endedFromOutside = /(builder for '[^']*'|Reason: builder) failed due to signal (9|15)\b/;

type Outcome = Pick<JobResult, 'state' | 'built' | 'milliseconds' | 'error'>;

export function buildCommand(job: PlannedJob, root: string): string[] {
  // Realising the derivation, not one output of it, roots all its outputs.
  return ['nix-store', '--realise', job.drv, '--add-root', root];
}

/** Codes from 100 on are builds that failed: 100 the builder, 101 its time, 102 its hash, 104 not reproducible. */
export async function jobOutcome(
  job: PlannedJob,
  ended: Exited,
  logFile: string,
): Promise<Outcome> {
  const { code, milliseconds } = ended;
  const built = await logContains(logFile, `building '${job.drv}'`);
  if (code === 0) return { state: 'success', built, milliseconds, error: null };
  const log = await endOfLog(logFile);
  const failed = (code >= 100 && code < 128) || (code === 1 && ofTheCode.test(log));
  const state = failed && code !== 127 && !endedFromOutside.test(log) ? 'failure' : 'error';
  const how =
    code > 128
      ? `nix-store was ended by signal ${String(code - 128)}`
      : `nix-store ended with code ${String(code)}`;
  const text = lastLines(log);
  return { state, built, milliseconds, error: text === '' || code > 128 ? how : text };
}
