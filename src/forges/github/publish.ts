import { clip, descriptionLimit } from '../../../machines/describe.ts';
import type { CommitStatus, ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Access } from './access.ts';
import { BoundedMap } from './bounded-map.ts';
import { CheckRuns } from './check-runs.ts';
import { postStatus, stands } from './statuses.ts';

/**
 * Statuses and check runs. What this process has said last of a commit and context is not said again. Only where the
 * answer to the last one was lost is it asked what stands there (E1): for every status that would be one request more.
 */
export class Publisher {
  readonly #access: Access;
  readonly #checks: CheckRuns;
  readonly #said = new BoundedMap<string, string>(5000);
  /** What may have been said, though no answer came. */
  readonly #unsure = new BoundedMap<string, true>(5000);

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
    else await this.#post(repository, status, key);
    this.#said.set(key, text);
  }

  async #post(repository: ForgeRepository, status: CommitStatus, key: string): Promise<void> {
    const isThere =
      this.#unsure.get(key) === true && (await stands(this.#access, repository, status));
    try {
      if (!isThere) await postStatus(this.#access, repository, status);
      this.#unsure.delete(key);
    } catch (error) {
      if (error instanceof PortError && (error.code === 'unavailable' || error.code === 'timeout'))
        this.#unsure.set(key, true);
      throw error;
    }
  }
}
