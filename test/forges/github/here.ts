import { expect } from 'vitest';
import { GitHubForge, type GitHubOptions } from '../../../src/forges/github/github-forge.ts';
import type { CallBudget, CommitStatus, ForgeRepository } from '../../../src/ports/forge.ts';
import type { PortErrorCode } from '../../../src/ports/port-error.ts';
import type { GitHubDouble } from '../../doubles/github/github-double.ts';
import { type SmallWorld, smallWorld } from '../../doubles/github/small-world.ts';
import type { App } from '../../doubles/github/state.ts';
import { TestWorld } from '../../doubles/test-world.ts';

export interface Here extends SmallWorld {
  readonly world: TestWorld;
  readonly forge: GitHubForge;
  readonly place: ForgeRepository;
  readonly limits: CallBudget[];
  /** Another forge on the same GitHub. */
  another(more: Partial<GitHubOptions>): GitHubForge;
}

/** A GitHub with one repository and one pull request, and the forge that looks at it; one clock for all of them. */
export async function here(more: Partial<GitHubOptions> = {}): Promise<Here> {
  const world = new TestWorld();
  const small = await smallWorld({ now: () => world.now() });
  const limits: CallBudget[] = [];
  const another = (options: Partial<GitHubOptions>): GitHubForge =>
    new GitHubForge({
      name: 'github',
      apiUrl: small.github.apiUrl,
      webhookSecret: 'a secret of the webhook',
      auth: { token: small.token },
      world,
      onRateLimit: (limit) => limits.push(limit),
      ...options,
    });
  const { repository, github } = small;
  const place: ForgeRepository = {
    id: String(repository.id),
    name: 'o/r',
    remote: `${github.url}/o/r.git`,
    defaultBranch: 'main',
  };
  return { ...small, world, limits, forge: another(more), place, another };
}

export const asApp = ({ id, privateKey }: App): GitHubOptions['auth'] => ({
  app: { id, privateKey },
});

export function status(commit: string, more: Partial<CommitStatus> = {}): CommitStatus {
  return {
    commit,
    context: 'orthrus',
    state: 'pending',
    description: 'building',
    url: 'https://ci.example.org/pulls/github/o/r/1',
    as: 'statuses',
    summary: null,
    ...more,
  };
}

/** What was asked of GitHub since the last time. */
export function counter(github: GitHubDouble): () => Readonly<Record<string, number>> {
  let from = github.ledger.requests.length;
  return () => {
    const calls = github.ledger.calls(from);
    from = github.ledger.requests.length;
    return calls;
  };
}

export async function fails(work: Promise<unknown>, code: PortErrorCode): Promise<Error> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'PortError', code });
  return error as Error;
}
