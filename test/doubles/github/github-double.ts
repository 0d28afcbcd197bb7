/**
 * A GitHub for tests: its REST API (as GitHub Enterprise has it, at `<url>/api/v3`), git over smart HTTP
 * (`<url>/owner/repo.git`), webhooks, Apps, over real bare repositories, in this process. One state behind all of them:
 * what a client pushes moves pull requests, what people do (`people`) makes webhooks, what was done is in the answers.
 *
 *     const github = await startGitHub();                     // start.ts: ends with the test, and fails it if need be
 *     const repository = github.repository('o/r');
 *     const token = github.token('orthrus-bot', repository, 'write');
 *     github.hook(repository, { url: 'http://127.0.0.1:3100/webhooks/github', secret });
 *     const base = repository.git.commit(null, { 'a.c': '1' });
 *     await github.people.push(repository, 'main', base);
 *     await github.people.push(repository, 'feature', repository.git.commit(base, { 'a.c': '2' }), 'ada');
 *     const pull = await github.people.open(repository, 'feature', { by: 'ada' });
 *     await github.settled();                                 // all webhooks are answered
 *
 * Commits are made with `repository.git`, but pushed by `people`: of what goes to the bare repository by another way, nobody
 * hears before somebody's next push.
 *
 * `faults` makes requests fail, `deliveries` holds, loses, doubles and reorders webhooks, `hide` has a commit not there yet.
 * `ledger` has all requests, and what clients did: a test accounts for it by reading `ledger.transcript()`. What is not
 * served is a 404 and a failed test, like any request, answer or webhook that GitHub's own description (openapi.json)
 * does not allow.
 *
 * Not as GitHub: every repository is private; there are no `refs/pull/N/merge`, no organizations' members, no reviews; of
 * an issue's events there are only those of `IssueEvent`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addApp, addInstallation, newToken } from './app-registry.ts';
import { Deliveries } from './deliveries.ts';
import { Faults } from './faults.ts';
import { GitHttp } from './git-http.ts';
import { Ledger } from './ledger.ts';
import { Limits } from './limits.ts';
import { Merging } from './merging.ts';
import { Moves } from './moves.ts';
import { People } from './people.ts';
import { Pulls } from './pulls.ts';
import { Rest } from './rest.ts';
import { makeServer } from './server.ts';
import { Site } from './site.ts';
import type { App, Hook, HostedRepository, Installation, Permissions, Role } from './state.ts';
import { Validation } from './validation.ts';
import { Webhooks } from './webhooks.ts';

export interface GitHubOptions {
  /** GitHub's clock, milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds for which a webhook's answer is waited for. */
  readonly deliveryTimeout?: number;
}

export class GitHubDouble {
  readonly site: Site;
  readonly faults = new Faults();
  readonly ledger = new Ledger();
  readonly limits: Limits;
  readonly deliveries: Deliveries;
  readonly people: People;
  readonly #directory = mkdtempSync(join(tmpdir(), 'github-'));
  readonly #validation = new Validation();
  readonly #webhooks: Webhooks;
  readonly #server: Server;

  constructor({ now = Date.now, deliveryTimeout = 10_000 }: GitHubOptions = {}) {
    const site = new Site(join(this.#directory, 'git'), now);
    this.site = site;
    this.limits = new Limits(now);
    this.deliveries = new Deliveries(site, deliveryTimeout);
    this.#webhooks = new Webhooks(site, this.deliveries, this.#validation);
    const { ledger, limits, deliveries, faults } = this;
    const webhooks = this.#webhooks;
    const pulls = new Pulls(site, webhooks);
    const moves = new Moves(site, webhooks, pulls, ledger);
    const merging = new Merging(pulls, moves, webhooks);
    this.people = new People({ site, pulls, moves, merging, webhooks });
    const services = { site, ledger, limits, deliveries, webhooks };
    const rest = new Rest(services, this.#validation);
    this.#server = makeServer({ ...services, faults, rest, git: new GitHttp(site, moves) });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.site.url = `http://127.0.0.1:${port}`;
  }

  /** Breaks every connection, those that hang too. */
  async stop(): Promise<void> {
    await this.deliveries.close();
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** `http://127.0.0.1:<port>`: below it `owner/repo.git` for git. */
  get url(): string {
    return this.site.url;
  }

  get apiUrl(): string {
    return `${this.site.url}/api/v3`;
  }

  /** A new and empty repository, `owner/repo`. */
  repository(name: string): HostedRepository {
    return this.site.addRepository(name, null);
  }

  grant(repository: HostedRepository, login: string, role: Role): void {
    repository.roles.set(this.site.account(login).login, role);
  }

  /** A person's token; `role` is given to him in the repository. `permissions` makes it a fine-grained one. */
  token(
    login: string,
    repository?: HostedRepository,
    role: Role = 'write',
    permissions: Permissions | null = null,
  ): string {
    const token = newToken('ghp');
    const account = this.site.account(login);
    if (repository !== undefined && repository.owner.login !== account.login)
      repository.roles.set(account.login, role);
    this.site.tokens.set(token, { kind: 'personal', account, permissions });
    return token;
  }

  revoke(token: string): void {
    this.site.tokens.delete(token);
  }

  /** Registers an App. Its key pair is the process's own; see `newKeys` for a wrong one. */
  app(more?: Parameters<typeof addApp>[1]): App {
    return addApp(this.site, more);
  }

  install(app: App, ...repositories: readonly HostedRepository[]): Installation {
    const installation = addInstallation(this.site, app, repositories);
    this.#webhooks.installation(installation, 'created');
    return installation;
  }

  /** Its tokens are void from now on. */
  uninstall(installation: Installation): void {
    const { installations } = installation.app;
    installations.splice(installations.indexOf(installation), 1);
    this.#webhooks.installation(installation, 'deleted');
  }

  /** Adds a repository's webhook, which is pinged. */
  hook(
    repository: HostedRepository,
    more: { readonly url: string; readonly secret?: string; readonly events?: readonly string[] },
  ): Hook {
    const hook: Hook = {
      id: this.site.id(),
      url: more.url,
      secret: more.secret ?? null,
      events: more.events ?? ['*'],
      active: true,
      createdAt: this.site.stamp(),
    };
    repository.hooks.push(hook);
    this.#webhooks.ping(repository, hook);
    return hook;
  }

  /** A push to these branches, `main` or `release/*`, is refused. */
  protect(
    repository: HostedRepository,
    pattern: string,
    reason = 'Cannot update this branch',
  ): void {
    repository.protections.set(pattern, reason);
  }

  /** The API and git do not know the commit yet, whatever webhooks say of it. @returns shows it */
  hide(commit: string): () => void {
    this.site.hidden.add(commit);
    return () => {
      this.site.hidden.delete(commit);
    };
  }

  /** Resolves when every webhook that is not held was answered. */
  async settled(): Promise<void> {
    await this.deliveries.settled();
  }

  /** All that a test must not leave behind, one line each. */
  problems(): string[] {
    const { unexpected, early } = this.ledger;
    return [
      ...this.#validation.violations(),
      ...unexpected.map((line) => `nothing serves ${line}`),
      ...early.map((line) => `called before a rate limit's deadline: ${line}`),
      ...this.ledger.unaccounted().map((line) => `nobody accounted for: ${line}`),
    ];
  }
}
