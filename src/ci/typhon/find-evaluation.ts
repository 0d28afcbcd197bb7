import type { Jobset } from '../../ports/ci.ts';
import { pageSize, type TyphonApi } from './api.ts';
import { revisionOf, type EvaluationInfo } from './evaluation-info.ts';
import { jobsetName } from './jobset-name.ts';

/** How far back an evaluation is looked for that somebody else may have asked for long ago. */
const mostPages = 10;
/** Evaluations are many and their revisions never change; the oldest are forgotten first. */
const mostRemembered = 10_000;

export interface Found {
  /** The evaluations of the commit, the newest first. */
  readonly evaluations: readonly EvaluationInfo[];
  /** Whether the jobset was ever evaluated: then it most likely exists. */
  readonly isKnown: boolean;
}

/**
 * Finds evaluations by the revision in their URL, never by time or by being the newest: the branch is locked when it is
 * evaluated, which is some time after anybody asked for it.
 */
export class EvaluationFinder {
  private readonly api: TyphonApi;
  private readonly revisions = new Map<string, string>();

  constructor(api: TyphonApi) {
    this.api = api;
  }

  /**
   * @param depth `deep`: as far back as we ever look; `new`: no further than the first page with nothing new on it
   * @throws {PortError}
   */
  async find(jobset: Jobset, commit: string, depth: 'deep' | 'new'): Promise<Found> {
    const name = jobsetName(jobset);
    for (let page = 0; ; page += 1) {
      const { total, uuids } = await this.api.evaluations(jobset.project, name, page * pageSize);
      const isAllOld = uuids.every((uuid) => this.revisions.has(uuid));
      const evaluations: EvaluationInfo[] = [];
      for (const uuid of uuids) {
        const evaluation = await this.lookAt(uuid, commit);
        if (evaluation !== null) evaluations.push(evaluation);
      }
      const isLast = page + 1 >= mostPages || uuids.length === 0 || (page + 1) * pageSize >= total;
      if (evaluations.length > 0 || isLast || (depth === 'new' && isAllOld)) {
        return { evaluations, isKnown: total > 0 };
      }
    }
  }

  /** What an evaluation was seen to be of; null: it was not seen. */
  revisionOf(uuid: string): string | null {
    return this.revisions.get(uuid) ?? null;
  }

  /** Null: it is of another commit. */
  private async lookAt(uuid: string, commit: string): Promise<EvaluationInfo | null> {
    const known = this.revisions.get(uuid);
    if (known !== undefined && known !== commit) return null;
    const evaluation = await this.api.evaluation(uuid);
    // Of no revision: not ours, and no use asking again.
    const revision = evaluation === null ? '' : (revisionOf(evaluation.url) ?? '');
    this.remember(uuid, revision);
    return revision === commit ? evaluation : null;
  }

  private remember(uuid: string, revision: string): void {
    this.revisions.set(uuid, revision);
    if (this.revisions.size <= mostRemembered) return;
    const [oldest] = this.revisions.keys();
    if (oldest !== undefined) this.revisions.delete(oldest);
  }
}

/** Evaluated, or on its way to be; else how it failed. Of each kind the newest. */
export function bestOf(evaluations: readonly EvaluationInfo[]): EvaluationInfo | null {
  const of = (...kinds: readonly string[]): EvaluationInfo | undefined =>
    evaluations.find((evaluation) => kinds.includes(evaluation.status.kind));
  return of('success') ?? of('pending') ?? of('failure', 'cancelled') ?? null;
}

/** It came to a bad end, and will not come to another one: asking again is all that could help. */
export function isSpent({ status, jobs }: EvaluationInfo): boolean {
  if (status.kind === 'pending') return false;
  if (status.kind !== 'success') return true;
  const ends = jobs.map(({ job }) => job.last_run?.build?.status.kind ?? 'pending');
  return !ends.includes('pending') && ends.some((end) => end !== 'success');
}
