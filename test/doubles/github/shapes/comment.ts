import type { Site } from '../site.ts';
import type { Comment, HostedRepository, Reaction } from '../state.ts';
import { accountJson } from './account.ts';
import { type Json, nodeId } from './json.ts';
import { associationOf, reactionCounts } from './pull.ts';
import { appJson } from './report.ts';
import { apiUrlOf, htmlUrlOf } from './repository.ts';

export function commentJson(site: Site, repository: HostedRepository, comment: Comment): Json {
  const url = `${apiUrlOf(site, repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${htmlUrlOf(site, repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${apiUrlOf(site, repository)}/issues/${comment.number}`,
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    user: accountJson(site, comment.author),
    created_at: comment.at,
    updated_at: comment.at,
    author_association: associationOf(repository, comment.author),
    body: comment.body,
    reactions: reactionCounts(
      url,
      comment.reactions.map(({ content }) => content),
    ),
    performed_via_github_app: comment.app === null ? null : appJson(site, comment.app),
  };
}

export function reactionJson(site: Site, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: accountJson(site, reaction.by),
    content: reaction.content,
    created_at: reaction.at,
  };
}
