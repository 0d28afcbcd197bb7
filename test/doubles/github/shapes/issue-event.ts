import type { Site } from '../site.ts';
import type { HostedRepository, IssueEvent } from '../state.ts';
import { accountJson } from './account.ts';
import { type Json, nodeId } from './json.ts';
import { apiUrlOf } from './repository.ts';

/** One of GitHub's `issue-event-for-issue`, with what all of them have. */
export function issueEventJson(
  site: Site,
  repository: HostedRepository,
  { id, event, commit, by, at }: IssueEvent,
): Json {
  const url = apiUrlOf(site, repository);
  return {
    id,
    node_id: nodeId('IE', id),
    url: `${url}/issues/events/${id}`,
    actor: accountJson(site, by),
    event,
    commit_id: commit,
    commit_url: commit === null ? null : `${url}/commits/${commit}`,
    created_at: at,
    performed_via_github_app: null,
  };
}
