import { createHash } from 'node:crypto';
import { type Caller, demand, identify, maySee } from './access.ts';
import { type Answer, ApiError, notFound } from './answer.ts';
import type { RepositoryRoute, Route, Services } from './route.ts';
import { routeOf } from './router.ts';
import type { HostedRepository } from './state.ts';
import type { Validation } from './validation.ts';

/** A request of the API, as it came. */
export interface RestRequest {
  readonly method: string;
  /** Below `/api/v3`, not decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly token: string | null;
  readonly ifNoneMatch: string | undefined;
  readonly body: Buffer;
}

/** A request whose operation is known. */
export interface Found {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
  /** Of `/repositories/{id}/…`. */
  readonly id: number | null;
}

/** Which operation a request is for; null: one that nothing here serves. */
export function find(request: RestRequest): Found | null {
  const byId = /^\/repositories\/(\d+)(\/.*)?$/.exec(request.path);
  const path = byId === null ? request.path : `/repos/-/-${byId[2] ?? ''}`;
  const found = routeOf(request.method, path);
  if (found === null) return null;
  return { ...found, id: byId === null ? null : Number(byId[1]) };
}

/** Carries out the API's operations. */
export class Rest {
  readonly #services: Services;
  readonly #validation: Validation;

  constructor(services: Services, validation: Validation) {
    this.#services = services;
    this.#validation = validation;
  }

  /** Does what is asked, and checks question and answer against GitHub's own description. */
  async answer(found: Found, request: RestRequest): Promise<Answer> {
    const { limits } = this.#services;
    let body: unknown;
    let answer: Answer;
    try {
      body = parse(request.body);
      answer = await this.#carryOut(found, request, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer = error.answer;
    }
    const repository = this.#repositoryOf(found);
    this.#validation.exchange({
      operation: found.route.operation,
      path: repository === null ? found.path : { ...found.path, owner: 'o', repo: 'r' },
      query: request.query,
      body,
      status: answer.status,
      answer: answer.body,
    });
    const tagged = request.method === 'GET' && answer.status === 200 ? withTag(answer) : answer;
    const same =
      request.ifNoneMatch !== undefined && request.ifNoneMatch === tagged.headers?.['etag'];
    if (!same && found.route.operation !== 'GET /rate_limit') limits.spend(request.token ?? '');
    const { body: _, ...bodiless } = tagged;
    return same ? { ...bodiless, status: 304 } : tagged;
  }

  async #carryOut(found: Found, request: RestRequest, body: unknown): Promise<Answer> {
    const { site } = this.#services;
    const { route, path } = found;
    const caller = identify(site, request.token);
    const { token, query } = request;
    const self = `${site.url}/api/v3${request.path}`;
    const call = { ...this.#services, caller, token, path, query, body, self };
    if (route.kind === 'global') return route.handle(call);
    const repository = this.#repositoryOf(found);
    const visible = repository !== null && maySee(site, caller, repository);
    if (repository === null || (!visible && caller.kind !== 'app')) throw notFound();
    const moved = this.#redirect(found, request, repository);
    if (moved !== null) return moved;
    this.#admit(caller, route, repository);
    const account = caller.kind === 'nobody' ? repository.owner : caller.account;
    const own = request.path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${repository.id}`);
    return route.handle({ ...call, repository, account, self: `${site.url}/api/v3${own}` });
  }

  #admit(caller: Caller, route: RepositoryRoute, repository: HostedRepository): void {
    if (route.needs === 'app') {
      if (caller.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
    } else demand(this.#services.site, caller, repository, route.needs);
  }

  /** By its id, its name, or a name that it had. */
  #repositoryOf({ id, path }: Found): HostedRepository | null {
    const { site } = this.#services;
    if (id !== null) return site.repositories.get(id) ?? null;
    const name = `${path['owner'] ?? ''}/${path['repo'] ?? ''}`;
    return site.find(name) ?? site.findFormer(name);
  }

  /** Where a repository is asked for by a name that it no longer has. */
  #redirect(found: Found, request: RestRequest, repository: HostedRepository): Answer | null {
    const { site } = this.#services;
    const { owner, repo } = found.path;
    if (found.id !== null || site.find(`${owner ?? ''}/${repo ?? ''}`) !== null) return null;
    const rest = request.path.replace(/^\/repos\/[^/]+\/[^/]+/, '');
    const search = new URLSearchParams(request.query).toString();
    const url = `${site.url}/api/v3/repositories/${repository.id}${rest}${search === '' ? '' : `?${search}`}`;
    const get = request.method === 'GET';
    const message = get ? 'Moved Permanently' : 'Temporary Redirect';
    const documentation_url =
      'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects';
    return {
      status: get ? 301 : 307,
      headers: { location: url },
      body: { message, url, documentation_url },
    };
  }
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

function withTag(answer: Answer): Answer {
  const digest = createHash('sha256').update(JSON.stringify(answer.body)).digest('hex');
  return { ...answer, headers: { ...answer.headers, etag: `W/"${digest}"` } };
}
