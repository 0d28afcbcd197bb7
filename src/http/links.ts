import type { PullRow } from '../log/schema.ts';

/** The addresses of our own pages, below a path; in the browser they are made as on the server. */
export class Links {
  /** Without a slash at its end; empty for the root. */
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  /** Below whatever path `publicUrl` has. */
  static below(publicUrl: string | undefined): Links {
    return new Links(
      publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, ''),
    );
  }

  get home(): string {
    return `${this.base}/`;
  }

  get overview(): string {
    return `${this.base}/overview`;
  }

  get style(): string {
    return `${this.base}/style.css`;
  }

  /** A file that pages load. */
  asset(name: string): string {
    return `${this.base}/assets/${name}`;
  }

  /** What the API answers at `/api/<path>`. */
  api(path: string): string {
    return `${this.base}/api/${path}`;
  }

  pull(row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>): string {
    const subject = row.number === null ? `@${row.branch ?? ''}` : String(row.number);
    const path = [row.forge, ...row.repository.split('/'), subject];
    return `${this.base}/pulls/${path.map(encodeURIComponent).join('/')}`;
  }

  /** What the API has of it. */
  apiOf(row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>): string {
    return `${this.base}/api${this.pull(row).slice(this.base.length)}`;
  }

  /** The log of a job, or with `null` of the evaluation. A name may be anything, `..` too: so it is in the query. */
  log(row: PullRow, attempt: number, job: string | null): string {
    const query = job === null ? '' : `?job=${encodeURIComponent(job)}`;
    return `${this.pull(row)}/log/${attempt}${query}`;
  }
}
