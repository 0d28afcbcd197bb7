import type { BuildError, BuildKey, JobResult } from '../../machines/build.ts';

/** A branch of a repository, by the CI's own name for the repository (from the configuration). */
export interface Jobset {
  readonly project: string;
  /** The full ref, `refs/heads/orthrus/pr-12`. */
  readonly ref: string;
}

/** One build, wherever it stands: `commit` is in the history of the jobset's branch. */
export interface BuildName extends BuildKey, Jobset {
  /** The stream that asked, `here:r1#12` or `here:r1@main`. With `commit` and `attempt` it names the build. */
  readonly stream: string;
}

/** What a CI is asked to build: one commit of one repository, once an attempt. */
export interface BuildRequest extends BuildName {
  /** `owner/repo`. */
  readonly repository: string;
  /** Where git can fetch the commit: a bare repository's absolute path, or an https URL. */
  readonly remote: string;
  /** A build of this one should wait for all others (a second look at what has its verdict already, C17). */
  readonly patient: boolean;
  /** Every store path that we wrote into the commit's cache file, so that a missing one is told from a stranger's. */
  readonly cachePaths: readonly string[];
}

/** Where a build stands. A report is the whole truth at its moment: later ones replace earlier ones. */
export interface BuildReport extends BuildKey {
  readonly stream: string;
  /** `queued`: it waits for its turn. `started`: the CI has begun. `finished`: no job will change any more. */
  readonly phase: 'queued' | 'started' | 'finished';
  /** All jobs known so far, those that still run as `pending`. */
  readonly jobs: readonly JobResult[];
  readonly error: BuildError | null;
}

/** What a CI tells by itself, of a commit: the jobs that have changed. */
export interface CiMessage {
  /** Which repository: by the CI's name for it, or by `owner/repo`; both null: any that has such a commit. */
  readonly project: string | null;
  readonly repository: string | null;
  readonly commit: string;
  readonly jobs: readonly JobResult[];
  /** `true`: no job will change any more, and there are no others. `when-settled`: so once no job known is pending. */
  readonly complete: boolean | 'when-settled';
  readonly error: BuildError | null;
}

/** A message as it came: header names in lower case, the body's very bytes. */
export interface RawMessage {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * A CI as the engine sees it. Every verb is short (a build's start returns at once) and may be called again with the
 * same arguments: it looks before it acts.
 * @throws {PortError} of a `code` that says whether trying again can help.
 */
export interface Ci {
  /** Asks for a build. A build of that key that runs, or has ended, is left as it is. */
  start(build: BuildRequest): Promise<void>;
  /** Ends a build if it runs; one that never began is forgotten. Its report, if one comes, says `cancelled`. */
  cancel(build: BuildName): Promise<void>;
  /** What the CI knows of a build; null: it has never heard of it, or has lost it, and it may be started again. */
  report(build: BuildName): Promise<BuildReport | null>;
  /** Has the CI forget a branch that is gone, with all it did for it (B1). One it does not know is as good as forgotten. */
  deleteJobset(jobset: Jobset): Promise<void>;
  /**
   * Verifies and reads what came to `POST /ci/{name}`.
   * @returns a message; or why it says nothing of a build
   * @throws {PortError} `denied`: the signature is missing or wrong; `invalid`: the body makes no sense
   */
  read(message: RawMessage): CiMessage | { readonly ignored: string };
  /** Takes a message in, before it is recorded: what it alone can tell later reports rely on. Durable when it returns. */
  take(message: CiMessage): Promise<void>;
  /** Whether it builds every push by itself, so that its commits must not ask to be skipped. */
  readonly seesPushes: boolean;
  /** Which of these store paths are gone. A CI whose store is out of reach answers none. */
  missing(paths: readonly string[]): Promise<readonly string[]>;
  /**
   * Keeps exactly these store paths, and what these builds left, from the garbage collector for the stream; whatever
   * else it kept for the stream is let go. Nothing to keep: nothing of the stream is left.
   */
  retain(
    stream: string,
    keep: { paths: readonly string[]; builds: readonly BuildKey[] },
  ): Promise<void>;
  /** The file that holds the log of a job, or with `null` of the evaluation; null where there is none (yet). */
  logFile(stream: string, build: BuildKey, job: string | null): Promise<string | null>;
  /** Lets go of what it does in this process; builds under way go on, to be joined by the next one. */
  close(): Promise<void>;
}

/** Called for every change of a build, in order. A listener that fails is made up for by `report`. */
export type BuildListener = (report: BuildReport) => void;
