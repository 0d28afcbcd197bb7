import { z } from 'zod';
import type { CommitStatus, ForgeRepository, StatusState } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { BoundedMap } from './bounded-map.ts';

const found = z.object({ check_runs: z.array(z.object({ id: z.number() })) });
const made = z.object({ id: z.number() });

/** GitHub takes 65,535 characters of Markdown. */
const longestSummary = 65_000;

/**
 * An error has no conclusion of its own. `cancelled` would be wrong of code that does not evaluate, and `neutral` and
 * `skipped` let a required check pass; so it blocks, as the error of a commit status does, and its title says that it is
 * an error and no verdict on the code (C9).
 */
const progress: Record<StatusState, { readonly status: string; readonly conclusion?: string }> = {
  pending: { status: 'in_progress' },
  success: { status: 'completed', conclusion: 'success' },
  failure: { status: 'completed', conclusion: 'failure' },
  error: { status: 'completed', conclusion: 'failure' },
};

/** One check run a commit and context, made once and then changed. Only an App may write them. */
export class CheckRuns {
  readonly #access: Access;
  /** The number of each run, by repository, commit and context. */
  readonly #known = new BoundedMap<string, number>(5000);

  constructor(access: Access) {
    this.#access = access;
  }

  /** @throws {PortError} `denied` for a plain token */
  async post({ id, name }: ForgeRepository, check: CommitStatus): Promise<void> {
    const { app } = this.#access;
    if (app === null)
      throw new PortError(
        'denied',
        'check runs can only be written by a GitHub App: set "report": {"as": "statuses"}, or give the forge an "app"',
      );
    const api = await this.#access.on(name);
    const parameters = { ...ownerAndRepo(name), ...textOf(check), ...progress[check.state] };
    const key = JSON.stringify([id, check.commit, check.context]);
    const run = this.#known.get(key) ?? (await this.#find(name, app.id, check));
    if (run === null) {
      const route = 'POST /repos/{owner}/{repo}/check-runs';
      const whole = { ...parameters, name: check.context, head_sha: check.commit };
      this.#known.set(key, (await api.get(made, route, whole)).id);
      return;
    }
    this.#known.set(key, run);
    try {
      const route = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';
      await api.request(route, { ...parameters, check_run_id: run });
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') this.#known.delete(key);
      throw error;
    }
  }

  /** One that was made before a restart, or by a request whose answer was lost (E1). */
  async #find(
    name: string,
    app: number,
    { commit, context }: CommitStatus,
  ): Promise<number | null> {
    const api = await this.#access.on(name);
    const { check_runs: runs } = await api.get(
      found,
      'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
      { ...ownerAndRepo(name), ref: commit, check_name: context, app_id: app, filter: 'latest' },
    );
    return runs.length === 0 ? null : Math.max(...runs.map((run) => run.id));
  }
}

function textOf({ context, state, description, summary, url }: CommitStatus): object {
  return {
    external_id: context,
    output: {
      title: state === 'error' ? `Error: ${description}` : description,
      summary: (summary ?? description).slice(0, longestSummary),
    },
    ...(url === null ? {} : { details_url: url }),
  };
}
