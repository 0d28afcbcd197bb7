import { z } from 'zod';
import { ApiError, invalid, notFound } from '../answer.ts';
import { commitAt } from '../git-read.ts';
import { pageOf } from '../paging.ts';
import { onRepository, type RepositoryCall, type Route } from '../route.ts';
import { checkRunJson } from '../shapes/report.ts';
import type { App, CheckRun } from '../state.ts';
import { seenCommit } from './statuses.ts';

const conclusions = z.enum([
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
]);
const text = z.string().max(65_535);
const output = z.object({ title: z.string(), summary: text, text: text.nullish() });
const changes = z.object({
  name: z.string().min(1).optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  started_at: z.string().optional(),
  conclusion: conclusions.optional(),
  completed_at: z.string().optional(),
  output: output.optional(),
});
const creation = changes.extend({ name: z.string().min(1), head_sha: z.string() });

const faultOf = (error: z.ZodError): ApiError =>
  invalid('CheckRun', error.issues[0]?.path.join('.') ?? '', error.issues[0]?.message ?? '');

function appOf({ caller }: RepositoryCall): App {
  if (caller.kind === 'installation') return caller.installation.app;
  throw new ApiError(403, 'You must authenticate via a GitHub App.');
}

function apply(call: RepositoryCall, run: CheckRun, to: z.infer<typeof changes>): void {
  run.name = to.name ?? run.name;
  run.detailsUrl = to.details_url ?? run.detailsUrl;
  run.externalId = to.external_id ?? run.externalId;
  run.startedAt = to.started_at ?? run.startedAt;
  if (to.output !== undefined) run.output = { ...to.output, text: to.output.text ?? null };
  if (to.conclusion !== undefined) {
    run.status = 'completed';
    run.conclusion = to.conclusion;
    run.completedAt = to.completed_at ?? call.site.stamp();
  } else if (to.status === 'completed') throw invalid('CheckRun', 'conclusion', 'is missing');
  else if (to.status !== undefined) {
    run.status = to.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

/** Both verbs end alike. */
function tell(call: RepositoryCall, run: CheckRun, actions: ('created' | 'completed')[]) {
  const { site, ledger, webhooks, repository, account } = call;
  ledger.deeds.push({ kind: 'check', repository, run: { ...run } });
  for (const action of actions) webhooks.checkRun(repository, run, action, account);
  return checkRunJson(site, repository, run);
}

export const checkRunRoutes: readonly Route[] = [
  onRepository('POST /repos/{owner}/{repo}/check-runs', [['checks', 'write']], async (call) => {
    const { site, repository } = call;
    const app = appOf(call);
    const said = creation.safeParse(call.body);
    if (!said.success) throw faultOf(said.error);
    const sha = said.data.head_sha;
    if ((await commitAt(repository, sha)) !== sha || site.hidden.has(sha))
      throw new ApiError(422, `No commit found for SHA: ${sha}`);
    const suite = repository.checkRuns.find((run) => run.sha === sha && run.app === app)?.suite;
    const run: CheckRun = {
      id: site.id(),
      sha,
      app,
      suite: suite ?? site.id(),
      name: said.data.name,
      status: 'queued',
      conclusion: null,
      detailsUrl: null,
      externalId: '',
      startedAt: site.stamp(),
      completedAt: null,
      output: null,
    };
    apply(call, run, said.data);
    repository.checkRuns.push(run);
    const done = run.status === 'completed';
    return { status: 201, body: tell(call, run, done ? ['created', 'completed'] : ['created']) };
  }),

  onRepository(
    'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    [['checks', 'write']],
    (call) => {
      const app = appOf(call);
      const run = call.repository.checkRuns.find(
        ({ id }) => id === Number(call.path['check_run_id']),
      );
      if (run === undefined) throw notFound();
      if (run.app !== app)
        throw new ApiError(
          403,
          'Invalid app_id `check_run` - check run can only be modified by the GitHub App that created it.',
        );
      const said = changes.safeParse(call.body);
      if (!said.success) throw faultOf(said.error);
      const ended = run.status === 'completed';
      apply(call, run, said.data);
      const ends = !ended && run.status === 'completed';
      return { status: 200, body: tell(call, run, ends ? ['completed'] : []) };
    },
  ),

  onRepository(
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    [['checks', 'read']],
    async (call) => {
      const { site, repository, query } = call;
      const sha = await seenCommit(call);
      const { check_name: name, app_id: app, status, filter = 'latest' } = query;
      const newer = (run: CheckRun): boolean =>
        repository.checkRuns.some(
          (other) => other.id > run.id && other.suite === run.suite && other.name === run.name,
        );
      const runs = repository.checkRuns
        .filter((run) => run.sha === sha && (name === undefined || run.name === name))
        .filter((run) => app === undefined || run.app.id === Number(app))
        .filter((run) => status === undefined || run.status === status)
        .filter((run) => filter === 'all' || !newer(run))
        .toReversed();
      const { items, headers } = pageOf(call, runs);
      const shown = items.map((run) => checkRunJson(site, repository, run));
      return { status: 200, headers, body: { total_count: runs.length, check_runs: shown } };
    },
  ),
];
