import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { Lookup } from './lookup.ts';

const repositoryFields = z.object({
  id: z.number(),
  full_name: z.string(),
  clone_url: z.string(),
  default_branch: z.string().nullish(),
});

/** Which repository a name is of. */
export class Repositories {
  readonly #access: Access;
  readonly #repository = new Lookup('GET /repos/{owner}/{repo}', repositoryFields);

  constructor(access: Access) {
    this.#access = access;
  }

  /** A name that is no longer the repository's is redirected to it by GitHub (B8). */
  async find(name: string): Promise<ForgeRepository> {
    const api = await this.#access.on(name);
    const found = await this.#repository.get(api, ownerAndRepo(name));
    return {
      id: String(found.id),
      name: found.full_name,
      remote: found.clone_url,
      defaultBranch: found.default_branch ?? null,
    };
  }
}
