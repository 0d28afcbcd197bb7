import type { CacheEntries } from '../../machines/cache.ts';

/**
 * A cache file: `null`, or one entry a job (design.md). Job names are other people's, so they are escaped; store paths
 * were checked when they became entries, and cannot end a string.
 */
export function renderCacheFile(entries: CacheEntries): string {
  const jobs = Object.keys(entries).toSorted();
  if (jobs.length === 0) return 'null\n';
  const lines = jobs.flatMap((job) => {
    const entry = entries[job];
    if (entry === undefined) return [];
    const { drv, from, path } = entry;
    return [
      `  ${nixString(job)} = { drv = ${orNull(drv)}; from = ${orNull(from)}; path = ${nixString(path)}; };`,
    ];
  });
  return `{\n${lines.join('\n')}\n}\n`;
}

function orNull(path: string | null): string {
  return path === null ? 'null' : nixString(path);
}

/** A Nix string literal that evaluates to exactly this text. */
export function nixString(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('${', '\\${')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
