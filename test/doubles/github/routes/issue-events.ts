import { listOf } from '../paging.ts';
import { onRepository, type Route } from '../route.ts';
import { issueEventJson } from '../shapes/issue-event.ts';
import { pullOf } from './comments.ts';

export const issueEventRoutes: readonly Route[] = [
  onRepository(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/events',
    [
      ['issues', 'read'],
      ['pull_requests', 'read'],
    ],
    (call) => {
      const { site, repository } = call;
      return listOf(call, pullOf(call).events, (event) => issueEventJson(site, repository, event));
    },
  ),
];
