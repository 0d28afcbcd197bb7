import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../repository.ts';
import type { Account, App, HostedRepository, Installation, Pull, Role, Token } from './state.ts';

/** All that GitHub knows, and the names by which it is found. Names are compared without regard to case. */
export class Site {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `http://127.0.0.1:<port>`, once it listens. */
  url = '';
  readonly accounts = new Map<string, Account>();
  readonly repositories = new Map<number, HostedRepository>();
  readonly apps: App[] = [];
  readonly tokens = new Map<string, Token>();
  /** Commits that neither the API nor git can see yet, though webhooks tell of them. */
  readonly hidden = new Set<string>();
  readonly #root: string;
  readonly #formerNames = new Map<string, HostedRepository>();
  #ids = 1_296_000;

  constructor(root: string, now: () => number) {
    this.#root = root;
    this.now = now;
  }

  id(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** The time as GitHub tells it: to the second. */
  stamp(milliseconds = this.now()): string {
    return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** The account of that login, which is made if there is none. */
  account(login: string, type: Account['type'] = 'User'): Account {
    const known = this.accounts.get(login.toLowerCase());
    if (known !== undefined) return known;
    const account: Account = { id: this.id(), login, type };
    this.accounts.set(login.toLowerCase(), account);
    return account;
  }

  /** Where the bare repository lies does not change with its name. */
  addRepository(name: string, parent: HostedRepository | null): HostedRepository {
    const [owner = '', short = ''] = name.split('/');
    if (this.find(name) !== null) throw new Error(`there is a repository ${name} already`);
    const id = this.id();
    const folder = existsSync(join(this.#root, `${name}.git`)) ? `${name}-${id}` : name;
    const repository: HostedRepository = {
      id,
      owner: this.account(owner),
      name: short,
      git: new Repository(this.#root, folder),
      parent,
      defaultBranch: 'main',
      roles: new Map(),
      pulls: new Map(),
      statuses: [],
      checkRuns: [],
      comments: [],
      hooks: [],
      protections: new Map([
        ['gh-readonly-queue/*', 'Changes must be made through the merge queue'],
      ]),
      refs: new Map(),
      createdAt: this.stamp(),
      updatedAt: this.stamp(),
      pushedAt: this.stamp(),
    };
    this.repositories.set(repository.id, repository);
    this.#formerNames.delete(name.toLowerCase());
    return repository;
  }

  find(name: string): HostedRepository | null {
    for (const repository of this.repositories.values())
      if (`${repository.owner.login}/${repository.name}`.toLowerCase() === name.toLowerCase())
        return repository;
    return null;
  }

  /** The repository that had that name, unless another one has it now. */
  findFormer(name: string): HostedRepository | null {
    const former = this.#formerNames.get(name.toLowerCase());
    return former !== undefined && this.repositories.has(former.id) ? former : null;
  }

  rename(repository: HostedRepository, to: { owner?: string; name?: string }): void {
    const former = `${repository.owner.login}/${repository.name}`;
    if (to.owner !== undefined) repository.owner = this.account(to.owner);
    if (to.name !== undefined) repository.name = to.name;
    repository.updatedAt = this.stamp();
    this.#formerNames.set(former.toLowerCase(), repository);
  }

  /** What an account may do in a repository. */
  role(repository: HostedRepository, account: Account): Role {
    if (repository.owner.login === account.login) return 'admin';
    return repository.roles.get(account.login) ?? 'none';
  }

  installationOn(app: App, repository: HostedRepository): Installation | null {
    return app.installations.find((one) => one.repositories.has(repository.id)) ?? null;
  }

  /** The pull requests, in whatever repository, whose head is that branch. */
  pullsFrom(repository: HostedRepository, branch: string): Pull[] {
    return [...this.repositories.values()]
      .flatMap((one) => [...one.pulls.values()])
      .filter(({ head }) => head.repository?.id === repository.id && head.branch === branch);
  }
}
