/** Something that stands where a bookkeeping file, or a folder on its way, has to be (A10). */
export interface Obstacle {
  /** The path that is in the way, `ci`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule';
}

/** One bookkeeping file of an overlay. */
export interface OverlayFile {
  /** Relative to the tree's root, `cache.nix` or `ci/cache.nix`. */
  readonly path: string;
  readonly content: string;
}

/** A commit to be made. The same request gives the same commit, byte for byte. */
export interface OverlayRequest {
  /** The commit whose tree it has, plus the files. For a recording commit: the pull request's head, again. */
  readonly head: string;
  /** [tip, head] on a fast-forward, else [head]; [tip] for the commit that records the cache. */
  readonly parents: readonly string[];
  readonly files: readonly OverlayFile[];
  /** Subject, body and trailers. */
  readonly message: string;
  /** Milliseconds since the epoch: author and committer date. */
  readonly date: number;
}

/** What became of a push that named the tip it expected. */
export type PushResult =
  | { readonly outcome: 'pushed' }
  /** The branch is not where it was expected; `tip` is where it is. Nothing was changed. */
  | { readonly outcome: 'moved'; readonly tip: string | null }
  /** A ref whose name is a folder of this one's, or the other way round, exists (E7). */
  | { readonly outcome: 'in-the-way'; readonly ref: string }
  /** The server declined: a hook, a protected branch (E9). */
  | { readonly outcome: 'refused'; readonly message: string };

/**
 * A bare mirror of one repository, worked with git's plumbing: no working tree. Commits are full shas.
 * @throws {PortError} of a `code` that says whether trying again can help.
 */
export interface Mirror {
  /**
   * Makes `commit` available, from `ref`. Fetches only what is not there.
   * @throws {PortError} `not-found` if the remote does not have it (yet, or no longer).
   */
  fetch(commit: string, ref: string): Promise<void>;
  /** Where the remote's branch is now, or null; asked of the remote, never remembered. */
  tip(branch: string): Promise<string | null>;
  /** Where all branches of the remote are, by name; asked of the remote, never remembered. */
  branches(): Promise<ReadonlyMap<string, string>>;
  /** Whether `ancestor` is `descendant` or an ancestor of it. False where `ancestor` is unknown here. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Of `candidates`, the first met when walking `commit`'s history (itself included) newest first; null if none. */
  nearest(commit: string, candidates: readonly string[]): Promise<string | null>;
  /**
   * Who made the branch that ends in `tip`: the newest commit of its first-parent line that is in `known`, and the
   * newest `Orthrus-Pull` trailer on that line. The line is followed at most `limit` commits far.
   */
  origin(
    tip: string,
    known: readonly string[],
    limit: number,
  ): Promise<{ readonly known: string | null; readonly trailer: string | null }>;
  /** Which of the paths the commit's tree already has (A8), and the first thing in the way of one (A10). */
  inspect(
    commit: string,
    paths: readonly string[],
  ): Promise<{ readonly existing: readonly string[]; readonly obstacle: Obstacle | null }>;
  /** A file's text at a commit; null where there is none, or it is no text of at most `limit` bytes. */
  readFile(commit: string, path: string, limit: number): Promise<string | null>;
  /** The files below `paths` that `head` changes against where it left `base`. Both commits are here. */
  touched(base: string, head: string, paths: readonly string[]): Promise<readonly string[]>;
  /** Makes a commit and gives its sha. Nothing points at it until it is pushed. */
  compose(overlay: OverlayRequest): Promise<string>;
  /**
   * Moves the remote's branch to `commit` (null: deletes it) if it is at `expected` (null: does not exist). A branch
   * that is already there is `pushed`.
   */
  push(branch: string, commit: string | null, expected: string | null): Promise<PushResult>;
}
