import { git, readCommits } from './git-read.ts';
import type { Moves } from './moves.ts';
import { type Pulls, tip } from './pulls.ts';
import { simpleCommitJson } from './shapes/commit.ts';
import type { Account, Pull } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** Pull requests that are merged, at once or through the merge queue. */
export class Merging {
  readonly #pulls: Pulls;
  readonly #moves: Moves;
  readonly #webhooks: Webhooks;

  constructor(pulls: Pulls, moves: Moves, webhooks: Webhooks) {
    this.#pulls = pulls;
    this.#moves = moves;
    this.#webhooks = webhooks;
  }

  /** `squash`: the base gets one commit of its own, and the head never becomes part of its history. */
  async merge(pull: Pull, by: Account, method: 'merge' | 'squash'): Promise<string> {
    const commit = await compose(pull, method);
    await this.#land(pull, commit, by);
    return commit;
  }

  /** Makes the queue's temporary branch, and asks for checks on it. @returns the branch's commit */
  async enqueue(pull: Pull, by: Account): Promise<string> {
    const base = tip(pull.repository, pull.base.branch);
    const branch = `gh-readonly-queue/${pull.base.branch}/pr-${pull.number}-${base}`;
    const head = await compose(pull, 'merge');
    pull.queued = { branch, base, head };
    this.#webhooks.pull(pull, 'enqueued', by);
    await this.#set(pull, branch, head, by);
    await this.#tell(pull, { action: 'checks_requested' }, by);
    return head;
  }

  /** Takes it out of the queue; as `merged`, the base gets the very commit that was checked. */
  async dequeue(
    pull: Pull,
    by: Account,
    reason: 'merged' | 'invalidated' | 'dequeued',
  ): Promise<void> {
    const { queued } = pull;
    if (queued === null) throw new Error(`#${pull.number} is not in the queue`);
    if (reason === 'merged') await this.#land(pull, queued.head, by);
    await this.#tell(pull, { action: 'destroyed', reason }, by);
    await this.#set(pull, queued.branch, null, by);
    pull.queued = null;
    const why = { merged: 'MERGE', invalidated: 'CI_FAILURE', dequeued: 'MANUAL' }[reason];
    this.#webhooks.pull(pull, 'dequeued', by, { reason: why });
  }

  async #land(pull: Pull, commit: string, by: Account): Promise<void> {
    await this.#set(pull, pull.base.branch, commit, by);
    // A real merge was noticed as one when the base moved.
    if (pull.state === 'open') this.#pulls.merged(pull, commit, by);
  }

  async #set(pull: Pull, branch: string, commit: string | null, by: Account): Promise<void> {
    const { repository } = pull;
    const ref = `refs/heads/${branch}`;
    await this.#moves.during(repository, { by, client: false, names: null }, async () => {
      await (commit === null
        ? git(repository, 'update-ref', '-d', ref)
        : git(repository, 'update-ref', ref, commit));
    });
  }

  async #tell(
    pull: Pull,
    what: { action: 'checks_requested' } | { action: 'destroyed'; reason: string },
    by: Account,
  ): Promise<void> {
    const { repository, queued, base } = pull;
    if (queued === null) return;
    const [commit] = await readCommits(repository, [queued.head], 1);
    if (commit === undefined) throw new Error(`${queued.head} is gone`);
    this.#webhooks.send(repository, 'merge_group', by, {
      ...what,
      merge_group: {
        head_sha: queued.head,
        head_ref: `refs/heads/${queued.branch}`,
        base_sha: queued.base,
        base_ref: `refs/heads/${base.branch}`,
        head_commit: simpleCommitJson(commit),
      },
    });
  }
}

/** The commit that merging would make of the base's tip and the head. @throws if they conflict */
async function compose(pull: Pull, method: 'merge' | 'squash'): Promise<string> {
  const { repository, head, number } = pull;
  const base = tip(repository, pull.base.branch);
  const tree = await git(repository, 'merge-tree', '--write-tree', base, head.sha);
  const parents = method === 'squash' ? [base] : [base, head.sha];
  const message =
    method === 'squash' ? `${pull.title} (#${number})` : `Merge pull request #${number}`;
  return git(
    repository,
    'commit-tree',
    tree,
    ...parents.flatMap((parent) => ['-p', parent]),
    '-m',
    message,
  );
}
