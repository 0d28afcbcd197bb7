import { cacheEntry, type CacheEntries } from '../../machines/cache.ts';

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

const string = String.raw`"(?:[^"\\$]|\\[\s\S]|\$(?!\{))*"`;
const orNullText = `(?:null|${string})`;
const line = new RegExp(
  `^ {2}(${string}) = \\{ drv = (${orNullText}); from = (${orNullText}); path = (${string}); \\};$`,
);

/**
 * Reads back what `renderCacheFile` wrote, and nothing else: a file that people have made of it is not ours to guess at.
 * @returns null for any other text; an entry whose paths are none is left out (C12)
 */
export function parseCacheFile(text: string): CacheEntries | null {
  if (text === 'null\n') return {};
  const lines = text.split('\n');
  if (lines[0] !== '{' || lines.at(-2) !== '}' || lines.at(-1) !== '') return null;
  const entries: [string, CacheEntries[string]][] = [];
  for (const written of lines.slice(1, -2)) {
    const [, job, drv, from, path] = line.exec(written) ?? [];
    if (job === undefined) return null;
    const entry = cacheEntry.safeParse({
      drv: unquote(drv),
      from: unquote(from),
      path: unquote(path),
    });
    const name = unquote(job);
    if (entry.success && name !== null) entries.push([name, entry.data]);
  }
  return Object.fromEntries(entries);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The text of a Nix string literal; null for `null`. */
function unquote(literal: string | undefined): string | null {
  if (literal === undefined || literal === 'null') return null;
  return literal.slice(1, -1).replace(/\\([\s\S])/g, (_, sign: string) => escapes[sign] ?? sign);
}
