import { describe, expect, it } from 'vitest';
import { rateLimitedUntil } from '../../../src/forges/github/failure.ts';
import { gitRefusal } from '../../../src/forges/github/git-refusal.ts';
import type { GitRefusal } from '../../../src/ports/forge.ts';

const refusal: GitRefusal = {
  what: 'push orthrus/pr-1',
  pushes: true,
  status: 403,
  headers: {},
  said: '',
};
const meant = (more: Partial<GitRefusal>, as: 'token' | 'app' = 'token') =>
  gitRefusal({ ...refusal, ...more }, { repository: 'o/r', as, now: 0 });

describe('E3 what GitHub refuses git', () => {
  it.each<[Partial<GitRefusal>, 'token' | 'app', string | null]>([
    [{ status: 401 }, 'token', 'the token is not, or no longer, valid: give Orthrus a new one'],
    [{ status: 401 }, 'app', "the App's token is not taken: see that it is installed on o/r"],
    [{}, 'app', 'the App needs the permission Contents: write on o/r'],
    [{ pushes: false }, 'token', 'the token needs the permission Contents: read on o/r'],
    [
      { said: 'has enabled SAML SSO' },
      'token',
      "authorize the token for the organization's single sign-on",
    ],
    [
      { status: 404, said: 'Repository not found.' },
      'app',
      'GitHub shows the App no repository o/r: give it access',
    ],
    [{ status: 500 }, 'token', null],
  ])('is told with its remedy: %j as %s', (of, as, remedy) => {
    const error = meant(of, as);
    if (remedy === null) expect(error).toBeNull();
    else {
      expect(error?.code).toBe('denied');
      expect(error?.message).toContain(`could not push orthrus/pr-1: ${remedy}`);
    }
  });

  it.each([
    [
      'refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission',
      'Workflows: write',
    ],
    [
      'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope',
      'Workflows: write',
    ],
    [
      'error: GH006: Protected branch update failed for refs/heads/orthrus/pr-1.',
      'a branch protection covers it',
    ],
    [
      'error: GH013: Repository rule violations found for refs/heads/orthrus/pr-1.',
      'a ruleset covers it',
    ],
    [
      'error: GH013: Repository rule violations found; - GITHUB PUSH PROTECTION',
      'push protection found a secret',
    ],
  ])('of a ref is told with its remedy: %s', (said, remedy) => {
    const error = meant({ status: 200, said });
    expect(error?.code).toBe('refused');
    expect(error?.message).toContain(remedy);
    expect(error?.message).toContain(said);
  });
});

describe('E2 how long a limit lasts', () => {
  const limited = (headers: Record<string, string>) =>
    rateLimitedUntil({ status: 429, headers, message: '' }, 1_000_000);
  it.each([
    [{ 'retry-after': '77' }, 77_000],
    [{ 'retry-after': '0' }, 1000],
    [{ 'retry-after': '-5' }, 60_000],
    [{ 'retry-after': '' }, 60_000],
    [{ 'retry-after': 'soon' }, 60_000],
    [{ 'retry-after': '1e12' }, 60_000],
    [{ 'retry-after': '99999999999' }, 24 * 3_600_000],
    [
      {
        date: 'Wed, 21 Oct 2026 07:28:00 GMT',
        'retry-after': 'Wed, 21 Oct 2026 07:29:30 GMT',
      },
      90_000,
    ],
  ])('by %j', (headers, wait) => {
    expect(limited(headers)).toBe(1_000_000 + wait);
  });
});
