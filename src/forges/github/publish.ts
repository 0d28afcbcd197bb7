import { clip, descriptionLimit } from '../../../machines/describe.ts';
import type { CommitStatus, ForgeRepository } from '../../ports/forge.ts';
import type { Access } from './access.ts';
import { BoundedMap } from './bounded-map.ts';
import { CheckRuns } from './check-runs.ts';
import { postStatus } from './statuses.ts';

/**
 * Statuses and check runs. What this process has said last of a commit and context is not said again; it does not ask
 * what stands there, for that would be one more request for every status, and a status said twice does no harm.
 */
export class Publisher {
  readonly #access: Access;
  readonly #checks: CheckRuns;
  readonly #said = new BoundedMap<string, string>(5000);

  constructor(access: Access) {
    this.#access = access;
    this.#checks = new CheckRuns(access);
  }

  async publish(repository: ForgeRepository, said: CommitStatus): Promise<void> {
    const status = { ...said, description: clip(said.description, descriptionLimit) };
    const key = JSON.stringify([repository.id, status.as, status.commit, status.context]);
    const text = JSON.stringify([status.state, status.description, status.url, status.summary]);
    if (this.#said.get(key) === text) return;
    // A request whose answer is lost may have been carried out: then nothing is known of what stands there.
    this.#said.delete(key);
    if (status.as === 'checks') await this.#checks.post(repository, status);
    else await postStatus(this.#access, repository, status);
    this.#said.set(key, text);
  }
}
