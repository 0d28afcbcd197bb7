import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { Lookup } from './lookup.ts';

/** Of a pull request's events only when it was pushed to by force, in milliseconds. */
const forcedPushes = z.array(
  z
    .object({ event: z.string().nullish(), created_at: z.string().nullish() })
    .transform(({ event, created_at: at }) =>
      event === 'head_ref_force_pushed' && at != null ? Date.parse(at) : null,
    ),
);

/** What GitHub remembers of a pull request's heads: that one was put in another's place. */
export class ForcedPushes {
  readonly #access: Access;
  readonly #list = new Lookup(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/events',
    forcedPushes,
  );

  constructor(access: Access) {
    this.#access = access;
  }

  /** @returns when it last was, by GitHub's clock, which has seconds; null: never */
  async newest({ name }: ForgeRepository, number: number): Promise<number | null> {
    const api = await this.#access.on(name);
    let newest: number | null = null;
    const parameters = { ...ownerAndRepo(name), issue_number: number, per_page: 100 };
    for await (const page of this.#list.pages(api, parameters))
      for (const at of page) if (at !== null) newest = Math.max(newest ?? 0, at);
    return newest;
  }
}
