import { notFound } from '../answer.ts';
import { listOf } from '../paging.ts';
import { onRepository, type Route } from '../route.ts';
import { pullJson, simplePullJson, visibleHead } from '../shapes/pull.ts';
import type { Pull } from '../state.ts';

function matches(pull: Pull, query: Readonly<Record<string, string>>): boolean {
  const { state = 'open', head, base } = query;
  const label = `${pull.head.owner.login}:${pull.head.branch}`;
  return (
    (state === 'all' || pull.state === state) &&
    (head === undefined || head === label) &&
    (base === undefined || pull.base.branch === base)
  );
}

/** Oldest first. Of those that are equal, the one with the smaller number. */
function compare(sort: string): (one: Pull, other: Pull) => number {
  const key = (pull: Pull): string => (sort === 'updated' ? pull.updatedAt : pull.createdAt);
  return (one, other) => key(one).localeCompare(key(other)) || one.number - other.number;
}

export const pullRoutes: readonly Route[] = [
  onRepository('GET /repos/{owner}/{repo}/pulls', [['pull_requests', 'read']], (call) => {
    const { site, repository, query } = call;
    const { sort = 'created', direction = sort === 'created' ? 'desc' : 'asc' } = query;
    const pulls = [...repository.pulls.values()]
      .filter((pull) => matches(pull, query) && visibleHead(site, pull) !== null)
      .toSorted(compare(sort));
    const ordered = direction === 'desc' ? pulls.toReversed() : pulls;
    return listOf(call, ordered, (pull) =>
      simplePullJson(site, pull, visibleHead(site, pull) ?? undefined),
    );
  }),

  onRepository(
    'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    [['pull_requests', 'read']],
    ({ site, repository, path }) => {
      const pull = repository.pulls.get(Number(path['pull_number']));
      const head = pull === undefined ? null : visibleHead(site, pull);
      if (pull === undefined || head === null) throw notFound();
      return { status: 200, body: pullJson(site, pull, head) };
    },
  ),
];
