import { z } from 'zod';
import type { CommitStatus } from '../../../ports/forge.ts';
import type { Access } from '../access.ts';
import { type Api, ownerAndRepo } from '../api.ts';
import { bad, type Finding, good, isCode } from './finding.ts';

/** What an App was given where it is installed. */
export const installation = z.object({
  permissions: z.record(z.string(), z.string().optional()),
  events: z.array(z.string()),
});

const levels = ['read', 'write', 'admin'];

/** Of an App: what its installation says. */
export async function appPermissions(
  access: Access,
  repository: string,
  as: CommitStatus['as'],
): Promise<readonly Finding[]> {
  if (access.app === null) return [];
  const { permissions } = await access.app.api.get(
    installation,
    'GET /repos/{owner}/{repo}/installation',
    ownerAndRepo(repository),
  );
  const has = (name: string, level: string): boolean =>
    levels.indexOf(permissions[name] ?? '') >= levels.indexOf(level);
  const needed: readonly (readonly [string, string])[] = [
    ['metadata', 'read'],
    ['contents', 'write'],
    ['pull_requests', 'read'],
    [as, 'write'],
  ];
  const text = (of: typeof needed): string =>
    of.map(([name, level]) => `${name}: ${level}`).join(', ');
  const missing = needed.filter(([name, level]) => !has(name, level));
  const findings =
    missing.length === 0
      ? [good(`permissions: ${text(needed)}`)]
      : [
          bad(
            `permissions: missing ${text(missing)}; add them to the App, and accept them where it is installed`,
          ),
        ];
  const mayAnswer = has('pull_requests', 'write') || has('issues', 'write');
  return mayAnswer
    ? findings
    : [
        ...findings,
        good('comments: commands are obeyed but not answered, which takes pull_requests: write'),
      ];
}

/** Of a classic token: its scopes. */
export function scopesFinding(scopes: readonly string[], isPrivate: boolean): Finding {
  const isEnough = scopes.includes('repo') || (!isPrivate && scopes.includes('public_repo'));
  if (isEnough) return good(`permissions: the scope ${isPrivate ? 'repo' : 'repo or public_repo'}`);
  return bad(
    `permissions: the token has ${scopes.join(', ') || 'no scopes'}, and needs the scope ${isPrivate ? 'repo' : 'public_repo'}`,
  );
}

/**
 * Of a fine-grained token, which tells nobody what it may. A status on a commit that cannot be is refused in any case:
 * for that reason, by whom it would be taken from.
 */
export async function probedPermissions(api: Api, repository: string): Promise<readonly Finding[]> {
  const place = ownerAndRepo(repository);
  const mayRead = await isAllowed(() =>
    api.request('GET /repos/{owner}/{repo}/pulls', { ...place, per_page: 1 }),
  );
  const mayReport = await isAllowed(() =>
    api.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
      ...place,
      sha: '0'.repeat(40),
      state: 'error',
      context: 'orthrus',
      description: 'orthrus doctor asks whether it may',
    }),
  );
  const missing = [
    ...(mayRead ? [] : ['pull requests: read']),
    ...(mayReport ? [] : ['commit statuses: write']),
  ];
  if (missing.length === 0)
    return [good('permissions: pull requests: read, commit statuses: write')];
  return [bad(`permissions: missing ${missing.join(', ')}; add them to the token`)];
}

async function isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    // A commit that is not there is told as `not-found` like what may not be seen; their words differ.
    if (isCode(error, 'invalid')) return true;
    if (isCode(error, 'not-found'))
      return error instanceof Error && /no commit found/i.test(error.message);
    if (isCode(error, 'denied')) return false;
    throw error;
  }
}
