import type { OverviewJobs, SavedTime } from '../dashboard/overview/overview-data.ts';
import { coldBuildsCounted, median } from '../dashboard/shared/saved.ts';

export interface EndedJob {
  readonly name: string;
  readonly state: string;
  readonly built: boolean | null;
  readonly milliseconds: number | null;
  readonly reason: string;
}

interface JobRecord {
  /** What the last cold builds took, oldest first. */
  readonly cold: number[];
  /** The jobs that went from a cache, or were not built, and what they took in all. */
  jobs: number;
  took: number;
}

/** What the cache is worth: how many jobs began how, and the time that was saved. */
export class SavedCount {
  readonly #records = new Map<string, JobRecord>();
  readonly #jobs = { warm: 0, cold: 0, notBuilt: 0, unknown: 0 };
  #without = 0;

  /** A job that has ended. Jobs of one name in two repositories are two. */
  add(repository: string, job: EndedJob): void {
    if (job.state !== 'success') return;
    const isCold = job.reason.startsWith('cold');
    if (job.built === false) this.#jobs.notBuilt += 1;
    else if (job.built === null) this.#jobs.unknown += 1;
    else if (isCold) this.#jobs.cold += 1;
    else this.#jobs.warm += 1;

    const took = job.built === false ? (job.milliseconds ?? 0) : job.milliseconds;
    if (took === null || job.built === null) {
      this.#without += 1;
      return;
    }
    const record = this.#record(`${repository}\0${job.name}`);
    if (job.built && isCold) {
      record.cold.push(took);
      if (record.cold.length > coldBuildsCounted) record.cold.shift();
    } else {
      record.jobs += 1;
      record.took += took;
    }
  }

  get jobs(): OverviewJobs {
    return { ...this.#jobs };
  }

  saved(): SavedTime {
    let milliseconds = 0;
    let counted = 0;
    let without = this.#without;
    for (const { cold, jobs, took } of this.#records.values()) {
      const usual = median(cold);
      if (usual === null) without += jobs;
      else {
        counted += jobs;
        milliseconds += jobs * usual - took;
      }
    }
    return { milliseconds: Math.round(milliseconds), jobs: counted, without };
  }

  #record(key: string): JobRecord {
    const record = this.#records.get(key) ?? { cold: [], jobs: 0, took: 0 };
    this.#records.set(key, record);
    return record;
  }
}
