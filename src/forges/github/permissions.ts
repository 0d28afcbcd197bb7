import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { BoundedMap } from './bounded-map.ts';
import { Lookup } from './lookup.ts';

/** `maintain` is told as `write`; both are here so that it does not matter. */
const permission = z.object({ permission: z.string() });
const mayWrite = new Set(['admin', 'maintain', 'write']);

/** How long an answer is believed, milliseconds. */
const believed = 5 * 60_000;

/** Who may write. */
export class Permissions {
  readonly #access: Access;
  readonly #world: World;
  readonly #lookup = new Lookup(
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    permission,
  );
  readonly #known = new BoundedMap<string, { readonly at: number; readonly may: boolean }>(5000);

  constructor(access: Access, world: World) {
    this.#access = access;
    this.#world = world;
  }

  async mayWrite({ id, name }: ForgeRepository, user: string): Promise<boolean> {
    const key = `${id} ${user.toLowerCase()}`;
    const known = this.#known.get(key);
    const now = this.#world.now();
    if (known !== undefined && Math.abs(now - known.at) < believed) return known.may;
    const may = await this.#ask(name, user);
    this.#known.set(key, { at: now, may });
    return may;
  }

  /** Of a pull request's author. Nobody, or a token that may not ask: then somebody has to approve. */
  async authorMayWrite(repository: ForgeRepository, author: string | null): Promise<boolean> {
    if (author === null) return false;
    try {
      return await this.mayWrite(repository, author);
    } catch (error) {
      if (error instanceof PortError && error.code === 'denied') return false;
      throw error;
    }
  }

  async #ask(name: string, username: string): Promise<boolean> {
    const api = await this.#access.on(name);
    try {
      const found = await this.#lookup.get(api, { ...ownerAndRepo(name), username });
      return mayWrite.has(found.permission);
    } catch (error) {
      // No such user: an App, or somebody who has left.
      if (error instanceof PortError && error.code === 'not-found') return false;
      throw error;
    }
  }
}
