import type { Subject } from '../../machines/stream.ts';
import type { Service } from '../service.ts';
import { notFound } from './http-error.ts';
import { type ListedPull, pulls } from './read-pulls.ts';

/** A pull request or a branch, as an address names it: `/{forge}/{owner}/{repo}/{12 | @main}`. */
export interface PullAddress {
  readonly forge: string;
  readonly owner: string;
  readonly repo: string;
  readonly subject: string;
}

export const pullPath = '/:forge/:owner/:repo/:subject';

function subjectOf(text: string): Subject | null {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return { kind: 'pull', number: Number(text) };
  return /^@./s.test(text) ? { kind: 'branch', branch: text.slice(1) } : null;
}

/**
 * The stream of that name. Names move and streams do not: a repository that is configured is known by the forge's id,
 * one that no longer is by the name it had last.
 * @throws {HttpError} 404
 */
export async function findPull(service: Service, address: PullAddress): Promise<ListedPull> {
  const { db, places } = service.engine.options;
  const name = `${address.owner}/${address.repo}`;
  const subject = subjectOf(address.subject);
  if (subject === null)
    throw notFound('a pull request is named by its number, a branch by @ and its name');
  const place = places.byName(address.forge, name);
  const named = pulls(db)
    .where('pulls.forge', '=', address.forge)
    .where((row) =>
      place === null
        ? row('pulls.repository', '=', name)
        : row('pulls.repository_id', '=', place.repository.id),
    );
  const row = await (subject.kind === 'pull'
    ? named.where('pulls.number', '=', subject.number)
    : named.where('pulls.branch', '=', subject.branch)
  )
    .orderBy('pulls.updated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined)
    throw notFound(
      `nothing is known of ${address.forge}:${name}${subject.kind === 'pull' ? `#${subject.number}` : `@${subject.branch}`}`,
    );
  return row;
}
