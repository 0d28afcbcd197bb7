import type { Deliveries } from './deliveries.ts';
import { isAncestor, readCommits } from './git-read.ts';
import { accountJson } from './shapes/account.ts';
import { commentJson } from './shapes/comment.ts';
import { commitJson, pushedCommitJson } from './shapes/commit.ts';
import { hookConfigJson, hookJson, installationJson } from './shapes/hook.ts';
import { type Json, nodeId } from './shapes/json.ts';
import { issueJson, pullJson } from './shapes/pull.ts';
import { checkRunJson } from './shapes/report.ts';
import { htmlUrlOf, repositoryJson } from './shapes/repository.ts';
import type { Site } from './site.ts';
import {
  type Account,
  type App,
  type CheckRun,
  type Comment,
  fullName,
  type Hook,
  type HostedRepository,
  type Installation,
  type Pull,
  type Status,
} from './state.ts';
import type { Validation } from './validation.ts';

const noCommit = '0'.repeat(40);

interface Subscriber {
  readonly hook: Hook;
  readonly installation: Installation | null;
}

/** Makes webhooks from the state as it is, for whoever has subscribed. */
export class Webhooks {
  readonly #site: Site;
  readonly #deliveries: Deliveries;
  readonly #validation: Validation;

  constructor(site: Site, deliveries: Deliveries, validation: Validation) {
    this.#site = site;
    this.#deliveries = deliveries;
    this.#validation = validation;
  }

  /** `only`: the App alone is told, not the repository's hooks, nor other Apps. */
  send(
    repository: HostedRepository,
    event: string,
    by: Account,
    content: Json,
    only: App | null = null,
  ): void {
    for (const subscriber of this.#subscribers(repository, event, only))
      this.#send(subscriber, event, repository, {
        ...content,
        repository: repositoryJson(this.#site, repository),
        sender: accountJson(this.#site, by),
      });
  }

  pull(pull: Pull, action: string, by: Account, extra: Json = {}): void {
    this.send(pull.repository, 'pull_request', by, {
      action,
      number: pull.number,
      pull_request: pullJson(this.#site, pull),
      ...extra,
    });
  }

  /** A branch or a tag was made, moved or deleted (null: it is not there). */
  async push(
    repository: HostedRepository,
    { ref, before, after }: { ref: string; before: string | null; after: string | null },
    by: Account,
  ): Promise<void> {
    const short = ref.replace(/^refs\/(heads|tags)\//, '');
    const named = {
      ref: short,
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      pusher_type: 'user',
    };
    if (before === null)
      this.send(repository, 'create', by, {
        ...named,
        master_branch: repository.defaultBranch,
        description: null,
      });
    if (this.#subscribers(repository, 'push', null).length > 0)
      this.send(repository, 'push', by, await this.#pushed(repository, ref, before, after, by));
    if (after === null) this.send(repository, 'delete', by, named);
  }

  async status(repository: HostedRepository, status: Status): Promise<void> {
    if (this.#subscribers(repository, 'status', null).length === 0) return;
    const [commit] = await readCommits(repository, [status.sha], 1);
    if (commit === undefined) return;
    const branches = [...repository.refs].filter(([, sha]) => sha === status.sha);
    this.send(repository, 'status', status.creator, {
      id: status.id,
      sha: status.sha,
      name: fullName(repository),
      target_url: status.targetUrl,
      avatar_url: accountJson(this.#site, status.creator)['avatar_url'],
      context: status.context,
      description: status.description,
      state: status.state,
      commit: commitJson(this.#site, repository, commit),
      branches: branches.map(([ref]) => ({
        name: ref.replace('refs/heads/', ''),
        commit: { sha: status.sha, url: `${htmlUrlOf(this.#site, repository)}/${status.sha}` },
        protected: false,
      })),
      created_at: status.at,
      updated_at: status.at,
    });
  }

  checkRun(
    repository: HostedRepository,
    run: CheckRun,
    action: 'created' | 'completed' | 'rerequested',
    by: Account,
  ): void {
    const shown = checkRunJson(this.#site, repository, run);
    const only = action === 'rerequested' ? run.app : null;
    this.send(repository, 'check_run', by, { action, check_run: shown }, only);
  }

  comment(pull: Pull, comment: Comment): void {
    this.send(pull.repository, 'issue_comment', comment.author, {
      action: 'created',
      issue: issueJson(this.#site, pull),
      comment: commentJson(this.#site, pull.repository, comment),
    });
  }

  ping(repository: HostedRepository, hook: Hook): void {
    this.#send({ hook, installation: null }, 'ping', repository, {
      zen: 'Design for failure.',
      hook_id: hook.id,
      hook: { ...hookJson(this.#site, repository, hook), config: hookConfigJson(hook) },
      repository: repositoryJson(this.#site, repository),
      sender: accountJson(this.#site, repository.owner),
    });
  }

  /** An App was installed or uninstalled: it alone is told, whatever it subscribed to. */
  installation(installation: Installation, action: 'created' | 'deleted'): void {
    const { hook } = installation.app;
    if (hook === null) return;
    const repositories = [...installation.repositories]
      .map((id) => this.#site.repositories.get(id))
      .filter((repository) => repository !== undefined);
    this.#send({ hook, installation }, 'installation', null, {
      action,
      installation: installationJson(this.#site, installation),
      repositories: repositories.map((repository) => ({
        id: repository.id,
        node_id: nodeId('R', repository.id),
        name: repository.name,
        full_name: fullName(repository),
        private: true,
      })),
      requester: null,
      sender: accountJson(this.#site, installation.account),
    });
  }

  async #pushed(
    repository: HostedRepository,
    ref: string,
    before: string | null,
    after: string | null,
    by: Account,
  ): Promise<Json> {
    const others = [...repository.refs].filter(
      ([name]) => name !== ref && !name.includes('/pull/'),
    );
    const range = [after ?? '', '--not', ...(before === null ? [] : [before])];
    if (before === null) range.push(...new Set(others.map(([, sha]) => sha)));
    const commits = after === null ? [] : await readCommits(repository, range, 20);
    const last = after === null ? [] : await readCommits(repository, [after], 1);
    const shown = (commit: (typeof commits)[number]): Json =>
      pushedCommitJson(this.#site, repository, commit);
    const forced =
      before !== null && after !== null && !(await isAncestor(repository, before, after));
    const html = htmlUrlOf(this.#site, repository);
    return {
      ref,
      before: before ?? noCommit,
      after: after ?? noCommit,
      created: before === null,
      deleted: after === null,
      forced,
      base_ref: null,
      compare: `${html}/compare/${(before ?? noCommit).slice(0, 12)}...${(after ?? noCommit).slice(0, 12)}`,
      commits: commits.map(shown),
      head_commit: last.map(shown)[0] ?? null,
      pusher: { name: by.login, email: `${by.login}@users.noreply.github.com` },
    };
  }

  #subscribers(repository: HostedRepository, event: string, only: App | null): Subscriber[] {
    const apps = this.#site.apps.filter((app) => only === null || app === only);
    const all: Subscriber[] = only === null ? repository.hooks.map(ofRepository) : [];
    for (const app of apps) {
      const installation = this.#site.installationOn(app, repository);
      if (installation !== null && app.hook !== null) all.push({ hook: app.hook, installation });
    }
    return all.filter(
      ({ hook }) => hook.active && (hook.events.includes('*') || hook.events.includes(event)),
    );
  }

  #send(
    { hook, installation }: Subscriber,
    event: string,
    repository: HostedRepository | null,
    content: Json,
  ): void {
    const action = content['action'];
    const whole =
      installation === null || content['installation'] !== undefined
        ? content
        : {
            ...content,
            installation: { id: installation.id, node_id: nodeId('MDI', installation.id) },
          };
    const body = JSON.stringify(whole);
    const name = typeof action === 'string' ? `${event}-${action}` : event;
    this.#validation.webhook(name.replaceAll('_', '-'), body);
    this.#deliveries.emit({
      hook,
      installation,
      event,
      action: typeof action === 'string' ? action : null,
      body,
      repositoryId: repository?.id ?? null,
    });
  }
}

const ofRepository = (hook: Hook): Subscriber => ({ hook, installation: null });
