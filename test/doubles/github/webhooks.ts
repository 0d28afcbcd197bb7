import type { Deliveries } from './deliveries.ts';
import { accountJson } from './shapes/account.ts';
import { commentJson } from './shapes/comment.ts';
import { installationEventJson, pushJson, statusEventJson } from './shapes/event.ts';
import { hookConfigJson, hookJson } from './shapes/hook.ts';
import { type Json, nodeId } from './shapes/json.ts';
import { issueJson, pullJson } from './shapes/pull.ts';
import { checkRunJson } from './shapes/report.ts';
import { repositoryJson } from './shapes/repository.ts';
import type { Site } from './site.ts';
import type {
  Account,
  App,
  CheckRun,
  Comment,
  Hook,
  HostedRepository,
  Installation,
  Pull,
  Status,
} from './state.ts';
import type { Validation } from './validation.ts';

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
    move: { ref: string; before: string | null; after: string | null },
    by: Account,
  ): Promise<void> {
    const { ref, before, after } = move;
    const named = {
      ref: ref.replace(/^refs\/(heads|tags)\//, ''),
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      pusher_type: 'user',
    };
    const created = { ...named, master_branch: repository.defaultBranch, description: null };
    if (before === null) this.send(repository, 'create', by, created);
    // Reading the commits takes git a while.
    if (this.#subscribers(repository, 'push', null).length > 0)
      this.send(repository, 'push', by, await pushJson(this.#site, repository, move, by));
    if (after === null) this.send(repository, 'delete', by, named);
  }

  async status(repository: HostedRepository, status: Status): Promise<void> {
    if (this.#subscribers(repository, 'status', null).length === 0) return;
    const content = await statusEventJson(this.#site, repository, status);
    this.send(repository, 'status', status.creator, content);
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
    const content = installationEventJson(this.#site, installation, action);
    this.#send({ hook, installation }, 'installation', null, content);
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
