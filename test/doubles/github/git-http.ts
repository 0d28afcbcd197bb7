import type { IncomingMessage } from 'node:http';
import { type Caller, identify, may, maySee, tokenOf } from './access.ts';
import { ApiError } from './answer.ts';
import { type GitAnswer, runBackend } from './git-backend.ts';
import {
  type Command,
  commandsOf,
  plain,
  refusedFetch,
  refusedPush,
  wantsOf,
} from './git-packets.ts';
import type { Moves } from './moves.ts';
import { htmlUrlOf } from './shapes/repository.ts';
import type { Site } from './site.ts';
import type { HostedRepository, Level } from './state.ts';

/** A request of git: `GET /owner/repo.git/info/refs?service=git-upload-pack`. */
export interface GitCall {
  /** `git refs`: what there is, before either of the others. */
  readonly operation: 'git refs' | 'git fetch' | 'git push';
  readonly repository: string;
  readonly service: string;
  readonly level: Level;
  readonly token: string | null;
}

export function gitCallOf(request: IncomingMessage, url: URL): GitCall | null {
  const match = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-(?:upload|receive)-pack)$/.exec(
    decodeURIComponent(url.pathname),
  );
  const [, repository = '', service = ''] = match ?? [];
  if (match === null) return null;
  const refs = service === 'info/refs';
  const pushes = (refs ? url.searchParams.get('service') : service) === 'git-receive-pack';
  return {
    operation: refs ? 'git refs' : pushes ? 'git push' : 'git fetch',
    repository,
    service,
    level: pushes ? 'write' : 'read',
    token: tokenOf(request.headers.authorization),
  };
}

const say = (status: number, text: string, headers: Record<string, string> = {}): GitAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: Buffer.from(`${text}\n`),
});

/** Git's smart HTTP, of private repositories: who may not see one is told that it is not there. */
export class GitHttp {
  readonly #site: Site;
  readonly #moves: Moves;

  constructor(site: Site, moves: Moves) {
    this.#site = site;
    this.#moves = moves;
  }

  async answer(call: GitCall, request: IncomingMessage, url: URL, raw: Buffer): Promise<GitAnswer> {
    const caller = this.#callerOf(call);
    if (caller.kind !== 'user' && caller.kind !== 'installation')
      return say(401, 'Invalid username or token.', { 'www-authenticate': 'Basic realm="GitHub"' });
    const repository = this.#site.find(call.repository);
    const former = repository ?? this.#site.findFormer(call.repository);
    if (former === null || !maySee(this.#site, caller, former))
      return say(404, 'Repository not found.');
    if (repository === null && call.service === 'info/refs') {
      const location = `${htmlUrlOf(this.#site, former)}.git/info/refs${url.search}`;
      return say(301, 'Moved', { location });
    }
    if (!may(this.#site, caller, former, ['contents', call.level])) {
      const name = url.pathname.slice(1).replace(/\.git\/.*/, '.git');
      return say(403, `Permission to ${name} denied to ${caller.account.login}.`);
    }
    const body = plain(raw, request.headers['content-encoding']);
    const hidden = [...former.refs].filter(([, sha]) => this.#site.hidden.has(sha));
    const run = (): Promise<GitAnswer> => {
      const { headers, method = 'GET' } = request;
      const asked = { headers, method, service: call.service, query: url.search.slice(1), body };
      const refs = [...hidden.map(([ref]) => ref), ...this.#hiddenPulls(former)];
      return runBackend(former, { ...asked, login: caller.account.login }, refs);
    };
    if (call.service === 'git-receive-pack') return this.#push(former, caller, body, run);
    const unseen = wantsOf(body).find((commit) => this.#site.hidden.has(commit));
    if (unseen !== undefined) return packetAnswer('git-upload-pack', refusedFetch(unseen));
    return run();
  }

  #callerOf({ token }: GitCall): Caller {
    try {
      return identify(this.#site, token);
    } catch (error) {
      if (error instanceof ApiError) return { kind: 'nobody' };
      throw error;
    }
  }

  async #push(
    repository: HostedRepository,
    caller: Extract<Caller, { kind: 'user' | 'installation' }>,
    body: Buffer,
    run: () => Promise<GitAnswer>,
  ): Promise<GitAnswer> {
    const commands = commandsOf(body);
    const refusal = refusalOf(repository, commands);
    if (refusal !== null) return packetAnswer('git-receive-pack', refusedPush(commands, refusal));
    const names = new Set(commands.map(({ ref }) => ref));
    return this.#moves.during(repository, { by: caller.account, client: true, names }, run);
  }

  #hiddenPulls(repository: HostedRepository): string[] {
    return [...repository.pulls.values()]
      .filter(({ head }) => this.#site.hidden.has(head.sha))
      .map(({ number }) => `refs/pull/${number}/head`);
  }
}

const packetAnswer = (service: string, body: Buffer): GitAnswer => ({
  status: 200,
  headers: { 'content-type': `application/x-${service}-result`, 'cache-control': 'no-cache' },
  body,
});

/** What a protected branch says to a push, for the first that is met. A push of several refs is refused as a whole. */
function refusalOf(repository: HostedRepository, commands: readonly Command[]): string | null {
  for (const { ref } of commands)
    for (const [pattern, reason] of repository.protections)
      if (matches(pattern, ref.replace(/^refs\/heads\//, '')))
        return `error: GH006: Protected branch update failed for ${ref}.\nerror: ${reason}\n`;
  return null;
}

function matches(pattern: string, branch: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(branch);
}
