import { git, isAncestor } from './git-read.ts';
import { labelJson } from './shapes/pull.ts';
import type { Json } from './shapes/json.ts';
import type { Site } from './site.ts';
import type { Account, HostedRepository, IssueEvent, Pull } from './state.ts';
import type { Webhooks } from './webhooks.ts';

export interface Opening {
  /** The base's repository. */
  readonly repository: HostedRepository;
  /** Where the head's branch stands: the repository itself, or a fork. */
  readonly from: HostedRepository;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly author: Account;
  readonly draft: boolean;
  readonly labels: readonly string[];
}

/** What becomes of pull requests: each verb changes the state, and then tells of it. */
export class Pulls {
  readonly #site: Site;
  readonly #webhooks: Webhooks;

  constructor(site: Site, webhooks: Webhooks) {
    this.#site = site;
    this.#webhooks = webhooks;
  }

  async open(opening: Opening): Promise<Pull> {
    const { repository, from, branch, base, author } = opening;
    const sha = tip(from, branch);
    const now = this.#site.stamp();
    const pull: Pull = {
      id: this.#site.id(),
      number: repository.pulls.size + 1,
      repository,
      author,
      title: opening.title,
      state: 'open',
      draft: opening.draft,
      labels: opening.labels,
      head: { repository: from, owner: from.owner, branch, sha },
      heads: [sha],
      base: { branch: base, sha: tip(repository, base) },
      merged: null,
      queued: null,
      events: [],
      createdAt: now,
      updatedAt: now,
      closedAt: null,
    };
    repository.pulls.set(pull.number, pull);
    await this.#keepHead(pull);
    this.#webhooks.pull(pull, 'opened', author);
    return pull;
  }

  /** The head's branch was moved, by a fast-forward or not. */
  async synchronize(pull: Pull, sha: string, by: Account): Promise<void> {
    const before = pull.head.sha;
    await this.#moveHead(pull, sha);
    if (!(await isAncestor(pull.repository, before, sha)))
      this.#remember(pull, 'head_ref_force_pushed', by, sha);
    this.#touch(pull);
    this.#webhooks.pull(pull, 'synchronize', by, { before, after: sha });
  }

  close(pull: Pull, by: Account): void {
    this.#mustBe(pull, 'open');
    pull.state = 'closed';
    pull.closedAt = this.#site.stamp();
    this.#remember(pull, 'closed', by);
    this.#touch(pull);
    this.#webhooks.pull(pull, 'closed', by);
  }

  /** Its head is in the base, by whatever way. The base was moved before. */
  merged(pull: Pull, commit: string, by: Account): void {
    this.#mustBe(pull, 'open');
    pull.merged = { at: this.#site.stamp(), by, commit };
    this.#remember(pull, 'merged', by, commit);
    this.close(pull, by);
  }

  /** GitHub refuses where the branch is gone, or was forced elsewhere meanwhile. */
  async reopen(pull: Pull, by: Account): Promise<void> {
    this.#mustBe(pull, 'closed');
    const { repository, branch, sha } = pull.head;
    if (pull.merged !== null) throw new Error(`#${pull.number} is merged`);
    const now = repository?.refs.get(`refs/heads/${branch}`);
    if (repository === null || now === undefined)
      throw new Error(`#${pull.number} cannot be reopened: its branch is gone`);
    if (!(await isAncestor(repository, sha, now)))
      throw new Error(`#${pull.number} cannot be reopened: its branch was force-pushed`);
    if (now !== sha) await this.#moveHead(pull, now);
    pull.state = 'open';
    pull.closedAt = null;
    this.#remember(pull, 'reopened', by);
    this.#touch(pull);
    this.#webhooks.pull(pull, 'reopened', by);
  }

  retarget(pull: Pull, base: string, by: Account): void {
    const from = pull.base;
    pull.base = { branch: base, sha: tip(pull.repository, base) };
    this.#touch(pull);
    const changes = { base: { ref: { from: from.branch }, sha: { from: from.sha } } };
    this.#webhooks.pull(pull, 'edited', by, { changes });
  }

  retitle(pull: Pull, title: string, by: Account): void {
    const from = pull.title;
    pull.title = title;
    this.#touch(pull);
    this.#webhooks.pull(pull, 'edited', by, { changes: { title: { from } } });
  }

  draft(pull: Pull, draft: boolean, by: Account): void {
    if (pull.draft === draft) throw new Error(`#${pull.number} is like that already`);
    pull.draft = draft;
    this.#touch(pull);
    this.#webhooks.pull(pull, draft ? 'converted_to_draft' : 'ready_for_review', by);
  }

  label(pull: Pull, label: string, by: Account): void {
    if (pull.labels.includes(label)) return;
    pull.labels = [...pull.labels, label];
    this.#touch(pull);
    this.#webhooks.pull(pull, 'labeled', by, this.#labelOf(pull, label));
  }

  unlabel(pull: Pull, label: string, by: Account): void {
    if (!pull.labels.includes(label)) return;
    pull.labels = pull.labels.filter((one) => one !== label);
    this.#touch(pull);
    this.#webhooks.pull(pull, 'unlabeled', by, this.#labelOf(pull, label));
  }

  /** The pull requests from a repository that is gone stay as they are, with nothing to show for its name. */
  orphan(repository: HostedRepository): void {
    for (const one of this.#site.repositories.values())
      for (const pull of one.pulls.values())
        if (pull.head.repository?.id === repository.id)
          pull.head = { ...pull.head, repository: null };
  }

  async #moveHead(pull: Pull, sha: string): Promise<void> {
    pull.head = { ...pull.head, sha };
    pull.heads.push(sha);
    pull.base = { ...pull.base, sha: tip(pull.repository, pull.base.branch) };
    await this.#keepHead(pull);
  }

  /** `refs/pull/<number>/head` in the base's repository is the head, and keeps it when its branch is gone. */
  async #keepHead({ repository, head, number }: Pull): Promise<void> {
    const ref = `refs/pull/${number}/head`;
    if (head.repository === repository) await git(repository, 'update-ref', ref, head.sha);
    else if (head.repository !== null) {
      const spec = `+refs/heads/${head.branch}:${ref}`;
      await git(repository, 'fetch', '--quiet', '--no-tags', head.repository.git.bare, spec);
    }
  }

  #labelOf(pull: Pull, label: string): Json {
    return { label: labelJson(this.#site, pull.repository, label) };
  }

  #remember(
    pull: Pull,
    event: IssueEvent['event'],
    by: Account,
    commit: string | null = null,
  ): void {
    pull.events.push({ id: this.#site.id(), event, commit, by, at: this.#site.stamp() });
  }

  #touch(pull: Pull): void {
    pull.updatedAt = this.#site.stamp();
  }

  #mustBe(pull: Pull, state: Pull['state']): void {
    if (pull.state !== state) throw new Error(`#${pull.number} is ${pull.state}`);
  }
}

/** The commit that a branch points at. */
export function tip(repository: HostedRepository, branch: string): string {
  const sha = repository.refs.get(`refs/heads/${branch}`);
  if (sha === undefined) throw new Error(`there is no branch ${branch} in ${repository.name}`);
  return sha;
}
