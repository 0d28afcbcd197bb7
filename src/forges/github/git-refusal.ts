import type { GitRefusal } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import { rateLimitedUntil } from './failure.ts';

/** Whom GitHub refused, and when. */
export interface Refused {
  /** `owner/repo`. */
  readonly repository: string;
  readonly as: 'token' | 'app';
  readonly now: number;
}

/**
 * What a refusal that git met at GitHub means, and what a person can do about it (E3). That comes first: a status has room
 * for little more. @returns null where git's own words say it best
 */
export function gitRefusal(refusal: GitRefusal, refused: Refused): PortError | null {
  const { status, headers, what, said } = refusal;
  const retryAt = rateLimitedUntil({ status, headers, message: said }, refused.now);
  const quoted = said === '' ? '' : ` (GitHub: ${said})`;
  if (retryAt !== null)
    return new PortError('rate-limited', `could not ${what}: GitHub limits calls${quoted}`, {
      retryAt,
    });
  if (status < 400) {
    const remedy = ofDeclinedRef(said, refused);
    return remedy === null ? null : new PortError('refused', `${remedy}${quoted}`);
  }
  const remedy = ofRefusedRequest(refusal, refused);
  return remedy === null ? null : new PortError('denied', `could not ${what}: ${remedy}${quoted}`);
}

function ofRefusedRequest(
  { status, pushes, said }: GitRefusal,
  { repository, as }: Refused,
): string | null {
  const who = as === 'app' ? 'the App' : 'the token';
  switch (status) {
    case 401:
      return as === 'app'
        ? `the App's token is not taken: see that it is installed on ${repository}`
        : 'the token is not, or no longer, valid: give Orthrus a new one';
    case 403:
      if (/\bSAML\b|\bSSO\b/i.test(said))
        return `authorize ${who} for the organization's single sign-on`;
      if (/archived/i.test(said)) return `${repository} is archived; make it writable again`;
      return `${who} needs the permission Contents: ${pushes ? 'write' : 'read'} on ${repository}`;
    case 404:
      // To whom may not see it, GitHub says that a repository is not there.
      return `GitHub shows ${who} no repository ${repository}: give it access`;
    default:
      return null;
  }
}

function ofDeclinedRef(said: string, { as }: Refused): string | null {
  if (/without `?workflows?`? (scope|permission)/i.test(said))
    return as === 'app'
      ? 'it has workflows: give the App the permission Workflows: write'
      : 'it has workflows: give the token Workflows: write (a classic one the scope workflow)';
  if (/push protection/i.test(said))
    return 'push protection found a secret in it: take it out of the head, or allow it at GitHub';
  if (/GH006|protected branch/i.test(said))
    return 'a branch protection covers it: exempt Orthrus there, or change "cacheBranch"';
  if (/GH013|rule violations/i.test(said))
    return 'a ruleset covers it: let Orthrus bypass it, or change "cacheBranch"';
  return null;
}
