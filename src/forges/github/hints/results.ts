import { z } from 'zod';
import { jobResult, type JobState } from '../../../../machines/build.ts';
import { milliseconds } from '../pull-fields.ts';
import { incomplete, notUsed, type Payload, type Reading } from './reading.ts';

const run = z.object({
  head_sha: z.string(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  details_url: z.string().nullish(),
  html_url: z.string().nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
});
const checkRun = z.object({ check_run: run });
const sender = z.object({ login: z.string() });
const again = z.object({
  check_run: z.object({ head_sha: z.string() }).optional(),
  check_suite: z.object({ head_sha: z.string() }).optional(),
  sender,
});
const status = z.object({
  sha: z.string(),
  context: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

/** What GitHub counts as passing passes; only `failure` speaks of the code. */
const conclusions: Readonly<Record<string, JobState>> = {
  success: 'success',
  neutral: 'success',
  skipped: 'success',
  failure: 'failure',
  cancelled: 'cancelled',
};

/** A check run of any App (CI kind `generic`), and the button "Re-run" of one of ours. */
export function readCheckRun(payload: Payload): Reading {
  if (payload.action === 'rerequested') return readAgain(payload);
  if (payload.action !== 'created' && payload.action !== 'completed') return notUsed(payload);
  const { data } = checkRun.safeParse(payload.body);
  if (data === undefined) return incomplete(payload, 'check run');
  const { head_sha: commit, name, conclusion, ...of } = data.check_run;
  const state: JobState =
    of.status === 'completed' ? (conclusions[conclusion ?? ''] ?? 'error') : 'pending';
  const [start, end] = [milliseconds(of.started_at), milliseconds(of.completed_at)];
  const job = jobResult.parse({
    name,
    state,
    milliseconds: start === null || end === null ? null : Math.max(end - start, 0),
    url: of.details_url ?? of.html_url ?? null,
  });
  return [{ kind: 'job', commit, job }];
}

/** All the checks of a commit. */
export function readCheckSuite(payload: Payload): Reading {
  return payload.action === 'rerequested' ? readAgain(payload) : notUsed(payload);
}

function readAgain(payload: Payload): Reading {
  const { data } = again.safeParse(payload.body);
  const commit = (data?.check_run ?? data?.check_suite)?.head_sha;
  if (data === undefined || commit === undefined) return incomplete(payload, 'commit and sender');
  return [{ kind: 'rerun', commit, by: data.sender.login }];
}

/** A commit status of any CI (kind `generic`); ours too, which the engine knows by its context. */
export function readStatus(payload: Payload): Reading {
  const { data } = status.safeParse(payload.body);
  if (data === undefined) return incomplete(payload, 'status');
  const { sha: commit, context: name, state, description, target_url: url } = data;
  const isBad = state === 'failure' || state === 'error';
  const job = jobResult.parse({
    name,
    state,
    url: url ?? null,
    error: isBad ? (description ?? null) : null,
  });
  return [{ kind: 'job', commit, job }];
}
