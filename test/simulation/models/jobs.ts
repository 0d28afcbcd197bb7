import { createHash } from 'node:crypto';
import type { Tree } from './git-model.ts';

/** A job as a commit's tree has it. */
export interface Job {
  readonly name: string;
  /** All that its derivation depends on, but for the cache. */
  readonly sources: string;
  /** Its sources say how it ends: `broken` always fails, `stale` fails when it starts from a cache. */
  readonly fails: 'never' | 'always' | 'incrementally';
}

/** An entry of `cache.nix`. */
export interface Entry {
  readonly drv: string | null;
  readonly from: string | null;
  readonly path: string;
}

/**
 * The jobs of a tree: one a file in `jobs/`, whose text is its sources; with `+lib` in it, `lib` is among them. Null: it
 * does not evaluate.
 */
export function jobsOf(tree: Tree): Job[] | null {
  if (tree['eval'] === 'broken') return null;
  return Object.keys(tree)
    .filter((path) => path.startsWith('jobs/'))
    .toSorted()
    .map((path) => {
      const text = tree[path] ?? '';
      const sources = text.includes('+lib') ? `${text} ${tree['lib'] ?? ''}` : text;
      return {
        name: path.slice('jobs/'.length),
        sources,
        fails: text.includes('broken')
          ? 'always'
          : text.includes('stale')
            ? 'incrementally'
            : 'never',
      };
    });
}

/** Reads a cache file as the Nix library would. One that is none of ours is as good as `null`. */
export function entriesIn(tree: Tree): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const line =
    /^ {2}"([^"]*)" = \{ drv = (null|"[^"]*"); from = (null|"[^"]*"); path = "([^"]*)"; \};$/gm;
  for (const [, job = '', drv, from, path = ''] of (tree['cache.nix'] ?? '').matchAll(line))
    entries.set(job, { drv: unquoted(drv), from: unquoted(from), path });
  return entries;
}

function unquoted(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text.slice(1, -1);
}

export interface Derivation {
  readonly drv: string;
  readonly out: string;
  readonly intermediates: string;
  /** What it starts from. */
  readonly cache: string | null;
}

/** A derivation is a function of the job's sources, and of the cache it starts from. */
export function derivationOf(job: Job, cache: string | null): Derivation {
  const drv = storePath([job.name, job.sources, cache ?? ''], `${job.name}.drv`);
  return {
    drv,
    out: storePath([drv, 'out'], job.name),
    intermediates: storePath([drv, 'intermediates'], `${job.name}-intermediates`),
    cache,
  };
}

/**
 * The entry rule (design.md): with `from` first; if that gives `drv` again, it is the derivation already built, else
 * with `path`. As Nix is lazy, what is not asked for need not be there.
 * @returns the derivation, or the store path that is not there
 */
export function evaluate(
  job: Job,
  entry: Entry | undefined,
  exists: (path: string) => boolean,
): Derivation | { readonly missing: string } {
  if (entry === undefined) return derivationOf(job, null);
  if (entry.drv !== null) {
    if (entry.from !== null && !exists(entry.from)) return { missing: entry.from };
    const same = derivationOf(job, entry.from);
    if (same.drv === entry.drv) return same;
  }
  return exists(entry.path) ? derivationOf(job, entry.path) : { missing: entry.path };
}

function storePath(words: readonly string[], name: string): string {
  const digits = createHash('sha1').update(words.join('\0')).digest('hex').slice(0, 32);
  return `/nix/store/${digits.replaceAll('e', 'z')}-${name}`;
}
