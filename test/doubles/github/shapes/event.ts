import { isAncestor, readCommits } from '../git-read.ts';
import type { Site } from '../site.ts';
import {
  type Account,
  fullName,
  type HostedRepository,
  type Installation,
  type Status,
} from '../state.ts';
import { accountJson } from './account.ts';
import { commitJson, pushedCommitJson } from './commit.ts';
import { installationJson } from './hook.ts';
import { type Json, nodeId } from './json.ts';
import { htmlUrlOf } from './repository.ts';

const noCommit = '0'.repeat(40);

/** What a `push` webhook says, but for repository and sender. Null: the ref was not there, or is gone. */
export async function pushJson(
  site: Site,
  repository: HostedRepository,
  { ref, before, after }: { ref: string; before: string | null; after: string | null },
  by: Account,
): Promise<Json> {
  const others = [...repository.refs].filter(([name]) => name !== ref && !name.includes('/pull/'));
  const known = before === null ? new Set(others.map(([, sha]) => sha)) : [before];
  const commits =
    after === null ? [] : await readCommits(repository, [after, '--not', ...known], 20);
  const [last] = after === null ? [] : await readCommits(repository, [after], 1);
  const forced =
    before !== null && after !== null && !(await isAncestor(repository, before, after));
  const [from, to] = [before ?? noCommit, after ?? noCommit];
  return {
    ref,
    before: from,
    after: to,
    created: before === null,
    deleted: after === null,
    forced,
    base_ref: null,
    compare: `${htmlUrlOf(site, repository)}/compare/${from.slice(0, 12)}...${to.slice(0, 12)}`,
    commits: commits.map((commit) => pushedCommitJson(site, repository, commit)),
    head_commit: last === undefined ? null : pushedCommitJson(site, repository, last),
    pusher: { name: by.login, email: `${by.login}@users.noreply.github.com` },
  };
}

/** What a `status` webhook says, but for repository and sender. */
export async function statusEventJson(
  site: Site,
  repository: HostedRepository,
  status: Status,
): Promise<Json> {
  const [commit] = await readCommits(repository, [status.sha], 1);
  if (commit === undefined) throw new Error(`${status.sha} is gone`);
  const branches = [...repository.refs].filter(([, sha]) => sha === status.sha);
  return {
    id: status.id,
    sha: status.sha,
    name: fullName(repository),
    target_url: status.targetUrl,
    avatar_url: accountJson(site, status.creator)['avatar_url'],
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commitJson(site, repository, commit),
    branches: branches.map(([ref]) => ({
      name: ref.replace('refs/heads/', ''),
      commit: { sha: status.sha, url: `${htmlUrlOf(site, repository)}/commits/${status.sha}` },
      protected: false,
    })),
    created_at: status.at,
    updated_at: status.at,
  };
}

/** What an `installation` webhook says. */
export function installationEventJson(
  site: Site,
  installation: Installation,
  action: 'created' | 'deleted',
): Json {
  const repositories = [...installation.repositories]
    .map((id) => site.repositories.get(id))
    .filter((repository) => repository !== undefined);
  return {
    action,
    installation: installationJson(site, installation),
    repositories: repositories.map((repository) => ({
      id: repository.id,
      node_id: nodeId('R', repository.id),
      name: repository.name,
      full_name: fullName(repository),
      private: true,
    })),
    requester: null,
    sender: accountJson(site, installation.account),
  };
}
