import type { CheckRun, Comment, HostedRepository, Status } from './state.ts';

/** One request, of the API or of git. */
export interface RequestRecord {
  /** Milliseconds since the epoch, by GitHub's clock. */
  readonly at: number;
  /** The API's operation, `GET /repos/{owner}/{repo}`; `git refs`, `git fetch`, `git push`, or what nobody serves. */
  readonly operation: string;
  readonly path: string;
  /** The login that the token speaks for; null: none, or a token that nobody knows. */
  readonly by: string | null;
  readonly token: string | null;
  readonly outcome: number | 'reset' | 'hang';
}

/** Something that a client did to GitHub. */
export type Deed =
  | {
      readonly kind: 'push';
      readonly repository: HostedRepository;
      readonly ref: string;
      readonly before: string | null;
      readonly after: string | null;
      readonly by: string;
    }
  | { readonly kind: 'status'; readonly repository: HostedRepository; readonly status: Status }
  /** `run` as it was after the deed. */
  | { readonly kind: 'check'; readonly repository: HostedRepository; readonly run: CheckRun }
  | { readonly kind: 'comment'; readonly repository: HostedRepository; readonly comment: Comment }
  | {
      readonly kind: 'reaction';
      readonly repository: HostedRepository;
      readonly comment: Comment;
      readonly content: string;
      readonly by: string;
    };

/** What was asked of GitHub and done to it, and which of it a test has accounted for. */
export class Ledger {
  readonly requests: RequestRecord[] = [];
  readonly deeds: Deed[] = [];
  /** Requests that nothing here serves. */
  readonly unexpected: string[] = [];
  /** Requests made before the deadline that a rate limit had named. */
  readonly early: string[] = [];
  readonly #accounted = new Set<Deed>();

  /**
   * What clients did, one line each, in order: `push orthrus/pr-1 1a2b3c4`, `status 1a2b3c4 orthrus success: …`. What is
   * told here is accounted for; a test fails by what nothing ever told (`unaccounted`).
   */
  transcript(matches: (deed: Deed) => boolean = () => true): string[] {
    const told = this.deeds.filter((deed) => matches(deed));
    for (const deed of told) this.#accounted.add(deed);
    return told.map(lineOf);
  }

  unaccounted(): string[] {
    return this.deeds.filter((deed) => !this.#accounted.has(deed)).map(lineOf);
  }

  /** How often each operation was asked for, since `from`. */
  calls(from = 0): Readonly<{ [operation: string]: number }> {
    const counts: { [operation: string]: number } = {};
    for (const { operation } of this.requests.slice(from))
      counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }
}

const short = (sha: string): string => sha.slice(0, 7);

function lineOf(deed: Deed): string {
  switch (deed.kind) {
    case 'push': {
      const name = deed.ref.replace(/^refs\/heads\//, '');
      return `push ${name} ${deed.after === null ? 'gone' : short(deed.after)}`;
    }
    case 'status': {
      const { sha, context, state, description } = deed.status;
      return `status ${short(sha)} ${context} ${state}: ${description ?? ''}`;
    }
    case 'check': {
      const { sha, name, conclusion, status, output } = deed.run;
      return `check ${short(sha)} ${name} ${conclusion ?? status}: ${output?.title ?? ''}`;
    }
    case 'comment':
      return `comment #${deed.comment.number}: ${deed.comment.body}`;
    case 'reaction':
      return `reaction ${deed.content} #${deed.comment.number}: ${deed.comment.body}`;
  }
}
