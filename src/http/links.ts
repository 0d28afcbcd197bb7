import type { PullRow } from '../log/schema.ts';

/** The addresses of our own pages, below whatever path `publicUrl` has. */
export class Links {
  readonly #base: string;

  constructor(publicUrl: string | undefined) {
    this.#base = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  }

  get home(): string {
    return `${this.#base}/`;
  }

  get style(): string {
    return `${this.#base}/style.css`;
  }

  pull(row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>): string {
    const subject = row.number === null ? `@${row.branch ?? ''}` : String(row.number);
    const path = [row.forge, ...row.repository.split('/'), subject];
    return `${this.#base}/pulls/${path.map(encodeURIComponent).join('/')}`;
  }

  /** The log of a job, or with `null` of the evaluation. A name may be anything, `..` too: so it is in the query. */
  log(row: PullRow, attempt: number, job: string | null): string {
    const query = job === null ? '' : `?job=${encodeURIComponent(job)}`;
    return `${this.pull(row)}/log/${attempt}${query}`;
  }
}
