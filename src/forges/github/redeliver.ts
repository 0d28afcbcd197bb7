import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';
import type { Access } from './access.ts';
import { type Api, ownerAndRepo, type Parameters } from './api.ts';
import { BoundedMap } from './bounded-map.ts';
import { Lookup } from './lookup.ts';
import { milliseconds } from './pull-fields.ts';

export const hookFields = z.object({
  id: z.number(),
  active: z.boolean().nullish(),
  events: z.array(z.string()).nullish(),
  config: z.object({ url: z.string().nullish(), content_type: z.string().nullish() }),
});

export const deliveries = z.array(
  z.object({
    id: z.number(),
    guid: z.string(),
    delivered_at: z.string(),
    status_code: z.number().nullish(),
    repository_id: z.number().nullish(),
  }),
);
type DeliveryFields = z.infer<typeof deliveries>[number];

/** GitHub keeps deliveries for three days. */
const kept = 3 * 24 * 3_600_000;
/** Of a long outage's deliveries as many are asked for at a time: GitHub minds requests that write, in great numbers. */
const mostAtOnce = 50;
/** How long a token that may not ask is not asked with. */
const notAllowed = 3_600_000;

/** Where deliveries are listed and asked for again. */
interface Source {
  readonly api: Api;
  readonly list: Lookup<DeliveryFields[]>;
  readonly attempt: string;
  readonly parameters: Parameters;
}

/** Asks GitHub again for deliveries that never arrived (D3). */
export class Redelivery {
  readonly #access: Access;
  readonly #world: World;
  readonly #forge: string;
  readonly #asked = new BoundedMap<string, true>(10_000);
  readonly #refusedUntil = new Map<string, number>();
  readonly #hooks = new Lookup('GET /repos/{owner}/{repo}/hooks', z.array(hookFields));
  readonly #ofHook = new Lookup('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', deliveries);
  readonly #ofApp = new Lookup('GET /app/hook/deliveries', deliveries);

  constructor(access: Access, world: World, forge: string) {
    this.#access = access;
    this.#world = world;
    this.#forge = forge;
  }

  /** @returns how many were asked for; none where the token may not */
  async since(repository: ForgeRepository, since: number): Promise<number> {
    const now = this.#world.now();
    if (now < (this.#refusedUntil.get(repository.id) ?? 0)) return 0;
    try {
      let asked = 0;
      for (const source of await this.#sources(repository))
        asked += await this.#askAgain(source, repository, Math.max(since, now - kept));
      return asked;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      if (error.code !== 'denied' && error.code !== 'not-found') throw error;
      this.#refusedUntil.set(repository.id, now + notAllowed);
      return 0;
    }
  }

  async #sources({ name }: ForgeRepository): Promise<Source[]> {
    const { app } = this.#access;
    if (app !== null) {
      const attempt = 'POST /app/hook/deliveries/{delivery_id}/attempts';
      return [{ api: app.api, list: this.#ofApp, attempt, parameters: {} }];
    }
    const api = await this.#access.on(name);
    const attempt = 'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts';
    const hooks = await this.#hooks.get(api, { ...ownerAndRepo(name), per_page: 100 });
    return hooks
      .filter(({ config }) => isOurs(config.url, this.#forge))
      .map(({ id }) => {
        const parameters = { ...ownerAndRepo(name), hook_id: id };
        return { api, list: this.#ofHook, attempt, parameters };
      });
  }

  async #askAgain(
    { api, list, attempt, parameters }: Source,
    repository: ForgeRepository,
    since: number,
  ): Promise<number> {
    const failed = new Map<string, number>();
    const arrived = new Set<string>();
    for await (const page of list.pages(api, { ...parameters, per_page: 100 })) {
      const recent = page.filter((one) => (milliseconds(one.delivered_at) ?? 0) >= since);
      for (const one of recent) {
        const status = one.status_code ?? 0;
        if (status >= 200 && status < 300) arrived.add(one.guid);
        // An App's deliveries are those of all its repositories.
        else if (String(one.repository_id ?? repository.id) === repository.id)
          failed.set(one.guid, one.id);
      }
      // They come newest first.
      if (recent.length < page.length) break;
    }
    // Oldest first, as they would have come.
    const missed = [...failed].toReversed().filter(([guid]) => !arrived.has(guid));
    const unasked = missed.filter(([guid]) => this.#asked.get(guid) === undefined);
    const chosen = unasked.slice(0, mostAtOnce);
    let asked = 0;
    for (const [guid, delivery] of chosen) {
      try {
        await api.request(attempt, { ...parameters, delivery_id: delivery });
        asked += 1;
      } catch (error) {
        // One that GitHub will not repeat must not keep the others from it.
        if (!(error instanceof PortError) || error.code !== 'invalid') throw error;
      }
      this.#asked.set(guid, true);
    }
    return asked;
  }
}

/** Whether a webhook is the one of the forge `name`, wherever the service is to be reached. */
export function isOurs(url: string | null | undefined, name: string): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  return new URL(url).pathname.replace(/\/$/, '').endsWith(`/webhooks/${name}`);
}
