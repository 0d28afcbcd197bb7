import type { Site } from '../site.ts';
import type { Account, HostedRepository, Pull } from '../state.ts';
import { accountJson } from './account.ts';
import { type Json, nodeId } from './json.ts';
import { apiUrlOf, htmlUrlOf, repositoryJson } from './repository.ts';

export function associationOf(repository: HostedRepository, account: Account): string {
  if (repository.owner.login === account.login) return 'OWNER';
  return (repository.roles.get(account.login) ?? 'none') === 'none' ? 'NONE' : 'COLLABORATOR';
}

export function labelJson(site: Site, repository: HostedRepository, name: string): Json {
  const id = [...name].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % 1e9;
  return {
    id,
    node_id: nodeId('LA', id),
    url: `${apiUrlOf(site, repository)}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: null,
  };
}

/** The newest of its heads that can be seen already, or null. */
export function visibleHead(site: Site, pull: Pull): string | null {
  return pull.heads.findLast((sha) => !site.hidden.has(sha)) ?? null;
}

function end(
  site: Site,
  of: { owner: Account; branch: string; sha: string; repository: HostedRepository | null },
): Json {
  return {
    label: `${of.owner.login}:${of.branch}`,
    ref: of.branch,
    sha: of.sha,
    user: accountJson(site, of.owner),
    repo: of.repository === null ? null : repositoryJson(site, of.repository),
  };
}

/** GitHub's `pull-request-simple`: as lists have it. `head` is the sha that is told. */
export function simplePullJson(site: Site, pull: Pull, head = pull.head.sha): Json {
  const { repository, number } = pull;
  const api = apiUrlOf(site, repository);
  const url = `${api}/pulls/${number}`;
  const html = `${htmlUrlOf(site, repository)}/pull/${number}`;
  const to = (href: string): Json => ({ href });
  const urls = {
    issue: `${api}/issues/${number}`,
    comments: `${api}/issues/${number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${head}`,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: urls.issue,
    number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: accountJson(site, pull.author),
    body: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map((label) => labelJson(site, repository, label)),
    milestone: null,
    draft: pull.draft,
    commits_url: urls.commits,
    review_comments_url: urls.review_comments,
    review_comment_url: urls.review_comment,
    comments_url: urls.comments,
    statuses_url: urls.statuses,
    head: end(site, { ...pull.head, sha: head }),
    base: end(site, { ...pull.base, owner: repository.owner, repository }),
    _links: {
      self: to(url),
      html: to(html),
      ...Object.fromEntries(Object.entries(urls).map(([name, href]) => [name, to(href)])),
    },
    author_association: associationOf(repository, pull.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** GitHub's `pull-request`: as it is told by itself, and in webhooks. */
export function pullJson(site: Site, pull: Pull, head = pull.head.sha): Json {
  return {
    ...simplePullJson(site, pull, head),
    merged: pull.merged !== null,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: pull.merged === null ? null : accountJson(site, pull.merged.by),
    comments: pull.repository.comments.filter(({ number }) => number === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

/** The pull request as the issue that it also is, in webhooks about comments. */
export function issueJson(site: Site, pull: Pull): Json {
  const { repository, number } = pull;
  const url = `${apiUrlOf(site, repository)}/issues/${number}`;
  const html = `${htmlUrlOf(site, repository)}/pull/${number}`;
  return {
    url,
    repository_url: apiUrlOf(site, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number,
    title: pull.title,
    user: accountJson(site, pull.author),
    labels: pull.labels.map((label) => labelJson(site, repository, label)),
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repository.comments.filter((comment) => comment.number === number).length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: associationOf(repository, pull.author),
    active_lock_reason: null,
    body: null,
    draft: pull.draft,
    pull_request: {
      url: `${apiUrlOf(site, repository)}/pulls/${number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.merged?.at ?? null,
    },
    reactions: reactionCounts(url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}

export function reactionCounts(url: string, contents: readonly string[] = []): Json {
  const count = (content: string): number => contents.filter((one) => one === content).length;
  const all = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  return {
    url: `${url}/reactions`,
    total_count: contents.length,
    ...Object.fromEntries(all.map((content) => [content, count(content)])),
  };
}
