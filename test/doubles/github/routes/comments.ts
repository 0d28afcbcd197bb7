import { z } from 'zod';
import type { Need } from '../access.ts';
import { invalid, notFound } from '../answer.ts';
import { listOf } from '../paging.ts';
import { onRepository, type RepositoryCall, type Route } from '../route.ts';
import { commentJson, reactionJson } from '../shapes/comment.ts';
import type { Comment, Pull, Reaction } from '../state.ts';

const text = z.object({ body: z.string().trim().min(1).max(65_536) });
const contents = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
const reacting = z.object({ content: z.enum(contents) });

const writing: readonly Need[] = [
  ['issues', 'write'],
  ['pull_requests', 'write'],
];

/** The pull request that an issue's number names. */
export function pullOf({ repository, path }: RepositoryCall): Pull {
  const pull = repository.pulls.get(Number(path['issue_number']));
  if (pull === undefined) throw notFound();
  return pull;
}

export const commentRoutes: readonly Route[] = [
  onRepository('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', writing, (call) => {
    const { site, ledger, webhooks, repository, account, caller } = call;
    const pull = pullOf(call);
    const said = text.safeParse(call.body);
    if (!said.success) throw invalid('IssueComment', 'body', 'is missing or too long');
    const comment: Comment = {
      id: site.id(),
      number: pull.number,
      author: account,
      app: caller.kind === 'installation' ? caller.installation.app : null,
      body: said.data.body,
      at: site.stamp(),
      reactions: [],
    };
    repository.comments.push(comment);
    ledger.deeds.push({ kind: 'comment', repository, comment });
    webhooks.comment(pull, comment);
    return { status: 201, body: commentJson(site, repository, comment) };
  }),

  onRepository(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    [
      ['issues', 'read'],
      ['pull_requests', 'read'],
    ],
    (call) => {
      const { site, repository, query } = call;
      const { number } = pullOf(call);
      const comments = repository.comments
        .filter((comment) => comment.number === number)
        .filter(({ at }) => query['since'] === undefined || at >= query['since']);
      return listOf(call, comments, (comment) => commentJson(site, repository, comment));
    },
  ),

  onRepository(
    'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    writing,
    ({ site, ledger, repository, account, path, body }) => {
      const comment = repository.comments.find(({ id }) => id === Number(path['comment_id']));
      if (comment === undefined) throw notFound();
      const said = reacting.safeParse(body);
      if (!said.success) throw invalid('Reaction', 'content', 'is not included in the list');
      const { content } = said.data;
      const before = comment.reactions.find(
        (one) => one.content === content && one.by.login === account.login,
      );
      if (before !== undefined) return { status: 200, body: reactionJson(site, before) };
      const reaction: Reaction = { id: site.id(), content, by: account, at: site.stamp() };
      comment.reactions.push(reaction);
      ledger.deeds.push({ kind: 'reaction', repository, comment, content, by: account.login });
      return { status: 201, body: reactionJson(site, reaction) };
    },
  ),
];
