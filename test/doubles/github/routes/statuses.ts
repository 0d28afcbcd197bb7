import { z } from 'zod';
import { ApiError, invalid, notFound } from '../answer.ts';
import { commitAt } from '../git-read.ts';
import { listOf, pageOf } from '../paging.ts';
import { onRepository, type RepositoryCall, type Route } from '../route.ts';
import { combinedJson, newestOf, statusJson } from '../shapes/report.ts';
import type { Status } from '../state.ts';

const states = z.enum(['pending', 'success', 'failure', 'error']);
const posted = z.object({
  state: z.string(),
  target_url: z.string().nullish(),
  description: z.string().nullish(),
  context: z.string().default('default'),
});

/** As many as GitHub takes for one commit and context. */
const most = 1000;

/** The commit that a sha or a ref names, if the API can see it. */
export async function seenCommit({ site, repository, path }: RepositoryCall): Promise<string> {
  const commit = await commitAt(repository, path['ref'] ?? '');
  if (commit === null || site.hidden.has(commit))
    throw new ApiError(422, `No commit found for SHA: ${path['ref'] ?? ''}`);
  return commit;
}

export const statusRoutes: readonly Route[] = [
  onRepository(
    'POST /repos/{owner}/{repo}/statuses/{sha}',
    [['statuses', 'write']],
    async ({ site, ledger, webhooks, repository, account, path, body }) => {
      const sha = path['sha'] ?? '';
      const said = posted.safeParse(body);
      if (!said.success) throw new ApiError(400, 'Problems parsing JSON');
      const { context, description = null, target_url: targetUrl = null } = said.data;
      const state = states.safeParse(said.data.state);
      if (!state.success) throw invalid('Status', 'state', 'is not included in the list');
      if ([...(description ?? '')].length > 140)
        throw invalid('Status', 'description', 'is too long (maximum is 140 characters)');
      if (targetUrl !== null && !/^https?:\/\//.test(targetUrl))
        throw invalid('Status', 'target_url', 'must use http(s) scheme');
      const commit = /^[0-9a-f]{40}$/.test(sha) ? await commitAt(repository, sha) : null;
      if (commit !== sha || site.hidden.has(sha))
        throw new ApiError(422, `No commit found for SHA: ${sha}`);
      const before = repository.statuses.filter(
        (status) => status.sha === sha && status.context === context,
      );
      if (before.length >= most)
        throw invalid('Status', 'context', 'has reached the maximum number of statuses');
      const status: Status = {
        id: site.id(),
        sha,
        state: state.data,
        context,
        description,
        targetUrl,
        creator: account,
        at: site.stamp(),
      };
      repository.statuses.push(status);
      ledger.deeds.push({ kind: 'status', repository, status });
      await webhooks.status(repository, status);
      return { status: 201, body: statusJson(site, repository, status) };
    },
  ),

  onRepository(
    'GET /repos/{owner}/{repo}/commits/{ref}/statuses',
    [['statuses', 'read']],
    async (call) => {
      const { site, repository } = call;
      const sha = await seenCommit(call);
      const statuses = repository.statuses.filter((status) => status.sha === sha).toReversed();
      return listOf(call, statuses, (status) => statusJson(site, repository, status));
    },
  ),

  onRepository(
    'GET /repos/{owner}/{repo}/commits/{ref}/status',
    [['statuses', 'read']],
    async (call) => {
      const { site, repository } = call;
      const sha = await seenCommit(call).catch(() => null);
      if (sha === null) throw notFound();
      const newest = newestOf(repository.statuses.filter((status) => status.sha === sha));
      const { items, headers } = pageOf(call, newest);
      return { status: 200, headers, body: combinedJson(site, repository, sha, items) };
    },
  ),
];
