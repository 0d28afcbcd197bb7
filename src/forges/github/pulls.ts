import { z } from 'zod';
import type { ForgePull, ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { Lookup } from './lookup.ts';
import type { Permissions } from './permissions.ts';
import { isOfRepository, type PullFields, pullFields, toPull } from './pull-fields.ts';
import type { Repositories } from './repositories.ts';

/** Pull requests, as GitHub has them now. */
export class Pulls {
  readonly #access: Access;
  readonly #permissions: Permissions;
  readonly #repositories: Repositories;
  readonly #list = new Lookup('GET /repos/{owner}/{repo}/pulls', z.array(pullFields));
  readonly #one = new Lookup('GET /repos/{owner}/{repo}/pulls/{pull_number}', pullFields);

  constructor(access: Access, permissions: Permissions, repositories: Repositories) {
    this.#access = access;
    this.#permissions = permissions;
    this.#repositories = repositories;
  }

  /** In the order they were made, so that a new one moves none to another page while we turn them. */
  async open(repository: ForgeRepository): Promise<readonly ForgePull[]> {
    const api = await this.#access.on(repository.name);
    const parameters = {
      ...ownerAndRepo(repository.name),
      state: 'open',
      sort: 'created',
      direction: 'asc',
      per_page: 100,
    };
    const found = new Map<number, PullFields>();
    for await (const page of this.#list.pages(api, parameters))
      for (const fields of page) found.set(fields.number, fields);
    const pulls: ForgePull[] = [];
    for (const fields of found.values()) pulls.push(await this.#whole(repository, fields));
    return pulls.toSorted((a, b) => a.number - b.number);
  }

  async one(repository: ForgeRepository, number: number): Promise<ForgePull | null> {
    const { name } = repository;
    const api = await this.#access.on(name);
    try {
      const parameters = { ...ownerAndRepo(name), pull_number: number };
      return await this.#whole(repository, await this.#one.get(api, parameters));
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
      // Whoever may no longer see the repository is told the same; but then the pull request has not vanished.
      await this.#repositories.find(name);
      return null;
    }
  }

  async #whole(repository: ForgeRepository, fields: PullFields): Promise<ForgePull> {
    const mayWrite =
      !isOfRepository(fields, repository.id) &&
      (await this.#permissions.authorMayWrite(repository, fields.user?.login ?? null));
    return toPull(fields, repository.id, mayWrite);
  }
}
