import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Merging } from './merging.ts';
import type { Moves } from './moves.ts';
import type { Pulls } from './pulls.ts';
import type { Site } from './site.ts';
import { accountJson } from './shapes/account.ts';
import { type Account, type Comment, type HostedRepository, type Pull } from './state.ts';
import type { Webhooks } from './webhooks.ts';

interface Parts {
  readonly site: Site;
  readonly pulls: Pulls;
  readonly moves: Moves;
  readonly merging: Merging;
  readonly webhooks: Webhooks;
}

/**
 * What people do on GitHub, by the hand of a test. Every verb changes the state, then makes the webhooks that follow from
 * it. Whoever is not named does it as the owner.
 */
export class People {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Moves a branch to a commit that the developer has made, forced if need be; null deletes it. A ref is named in full. */
  async push(
    repository: HostedRepository,
    branch: string,
    commit: string | null,
    by?: string,
  ): Promise<void> {
    const ref = branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
    const mover = { by: this.#who(repository, by), client: false, names: null };
    await this.#parts.moves.during(repository, mover, () => {
      repository.git.push(ref, commit);
    });
  }

  /** Opens a pull request from a branch that is there: `from` a fork, or the repository itself. */
  async open(
    repository: HostedRepository,
    branch: string,
    more: {
      readonly from?: HostedRepository;
      readonly base?: string;
      readonly title?: string;
      readonly by?: string;
      readonly draft?: boolean;
      readonly labels?: readonly string[];
    } = {},
  ): Promise<Pull> {
    const from = more.from ?? repository;
    return this.#parts.pulls.open({
      repository,
      from,
      branch,
      base: more.base ?? repository.defaultBranch,
      title: more.title ?? branch,
      author: this.#who(from, more.by),
      draft: more.draft ?? false,
      labels: more.labels ?? [],
    });
  }

  /** Pushes to the head's branch, wherever it stands. */
  async update(pull: Pull, commit: string, by = pull.author.login): Promise<void> {
    const { repository, branch } = pull.head;
    if (repository === null) throw new Error(`the fork of #${pull.number} is gone`);
    await this.push(repository, branch, commit, by);
  }

  async close(pull: Pull, by?: string): Promise<void> {
    this.#parts.pulls.close(pull, this.#who(pull.repository, by));
  }

  async reopen(pull: Pull, by?: string): Promise<void> {
    await this.#parts.pulls.reopen(pull, this.#who(pull.repository, by));
  }

  /** @returns the commit on the base */
  async merge(pull: Pull, method: 'merge' | 'squash' = 'merge', by?: string): Promise<string> {
    return this.#parts.merging.merge(pull, this.#who(pull.repository, by), method);
  }

  async retarget(pull: Pull, base: string, by?: string): Promise<void> {
    this.#parts.pulls.retarget(pull, base, this.#who(pull.repository, by));
  }

  async retitle(pull: Pull, title: string, by?: string): Promise<void> {
    this.#parts.pulls.retitle(pull, title, this.#who(pull.repository, by));
  }

  async draft(pull: Pull, draft: boolean, by?: string): Promise<void> {
    this.#parts.pulls.draft(pull, draft, this.#who(pull.repository, by));
  }

  async label(pull: Pull, label: string, by?: string): Promise<void> {
    this.#parts.pulls.label(pull, label, this.#who(pull.repository, by));
  }

  async unlabel(pull: Pull, label: string, by?: string): Promise<void> {
    this.#parts.pulls.unlabel(pull, label, this.#who(pull.repository, by));
  }

  async comment(pull: Pull, body: string, by?: string): Promise<Comment> {
    const { site, webhooks } = this.#parts;
    const comment: Comment = {
      id: site.id(),
      number: pull.number,
      author: this.#who(pull.repository, by),
      app: null,
      body,
      at: site.stamp(),
      reactions: [],
    };
    pull.repository.comments.push(comment);
    webhooks.comment(pull, comment);
    return comment;
  }

  /** @returns the temporary branch's commit */
  async enqueue(pull: Pull, by?: string): Promise<string> {
    return this.#parts.merging.enqueue(pull, this.#who(pull.repository, by));
  }

  async dequeue(
    pull: Pull,
    reason: 'merged' | 'invalidated' | 'dequeued',
    by?: string,
  ): Promise<void> {
    await this.#parts.merging.dequeue(pull, this.#who(pull.repository, by), reason);
  }

  /** Presses the button of a check run. */
  async rerequest(repository: HostedRepository, checkRun: number, by?: string): Promise<void> {
    const run = repository.checkRuns.find(({ id }) => id === checkRun);
    if (run === undefined) throw new Error(`there is no check run ${checkRun}`);
    this.#parts.webhooks.checkRun(repository, run, 'rerequested', this.#who(repository, by));
  }

  /** The old name goes on working, by redirects. */
  async rename(repository: HostedRepository, name: string, by?: string): Promise<void> {
    const from = repository.name;
    this.#parts.site.rename(repository, { name });
    this.#parts.webhooks.send(repository, 'repository', this.#who(repository, by), {
      action: 'renamed',
      changes: { repository: { name: { from } } },
    });
  }

  async transfer(repository: HostedRepository, owner: string, by?: string): Promise<void> {
    const { site, webhooks } = this.#parts;
    const former = accountJson(site, repository.owner);
    repository.roles.set(repository.owner.login, 'admin');
    site.rename(repository, { owner });
    webhooks.send(repository, 'repository', this.#who(repository, by), {
      action: 'transferred',
      changes: { owner: { from: { user: former } } },
    });
  }

  /** A fork has the default branch, and the parent's objects by an alternate. */
  async fork(repository: HostedRepository, owner: string): Promise<HostedRepository> {
    const { site, moves } = this.#parts;
    const fork = site.addRepository(`${owner}/${repository.name}`, repository);
    fork.defaultBranch = repository.defaultBranch;
    const alternates = join(fork.git.bare, 'objects', 'info', 'alternates');
    writeFileSync(alternates, `${join(repository.git.bare, 'objects')}\n`);
    const ref = `refs/heads/${repository.defaultBranch}`;
    const tip = repository.refs.get(ref);
    await moves.during(fork, { by: fork.owner, client: false, names: null }, () => {
      if (tip !== undefined) fork.git.git('update-ref', ref, tip);
    });
    return fork;
  }

  /** Pull requests from it stay open; what they know of it is gone. */
  async deleteRepository(repository: HostedRepository): Promise<void> {
    this.#parts.site.repositories.delete(repository.id);
    this.#parts.pulls.orphan(repository);
  }

  #who(repository: HostedRepository, login: string | undefined): Account {
    return login === undefined ? repository.owner : this.#parts.site.account(login);
  }
}
