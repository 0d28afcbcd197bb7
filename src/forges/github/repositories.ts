import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { Lookup } from './lookup.ts';

const repositoryFields = z.object({
  id: z.number(),
  full_name: z.string(),
  clone_url: z.string(),
  default_branch: z.string().nullish(),
});

const gitRef = z.object({ object: z.object({ sha: z.string() }) });

/** A repository, and where its branches are. */
export class Repositories {
  readonly #access: Access;
  readonly #repository = new Lookup('GET /repos/{owner}/{repo}', repositoryFields);
  readonly #ref = new Lookup('GET /repos/{owner}/{repo}/git/ref/{ref}', gitRef);

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

  /** By the ref: asked for a branch that was renamed, GitHub would answer with the one it has become. */
  async branch({ name }: ForgeRepository, branch: string): Promise<string | null> {
    const api = await this.#access.on(name);
    try {
      const found = await this.#ref.get(api, { ...ownerAndRepo(name), ref: `heads/${branch}` });
      return found.object.sha;
    } catch (error) {
      // 409, refused: a repository without any commit.
      const isAbsent =
        error instanceof PortError && (error.code === 'not-found' || error.code === 'refused');
      if (!isAbsent) throw error;
      // A repository that cannot be seen has no branches either; that is another thing to say.
      await this.find(name);
      return null;
    }
  }
}
