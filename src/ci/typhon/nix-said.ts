import { plainText } from '../store/log-text.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '' };

/**
 * What Nix said, out of what Typhon says of it: Rust's `{:?}` of an error, in which Nix's standard error is one escaped
 * text. What looks different is taken as it is.
 */
export function nixSaid(text: string): string {
  const marker = 'stderr: "';
  const at = text.indexOf(marker);
  return plainText(at === -1 ? text : unescaped(text, at + marker.length)).trim();
}

/** From here to the closing quote, or to the end of what has none. */
function unescaped(text: string, from: number): string {
  const end = /(?<!\\)(?:\\\\)*"/g;
  end.lastIndex = from;
  const closing = end.exec(text);
  const quoted = text.slice(from, closing === null ? undefined : end.lastIndex - 1);
  return quoted.replace(/\\(?:u\{([0-9a-f]{1,6})\}|(.))/gs, (_, code?: string, one?: string) =>
    code === undefined ? (escapes[one ?? ''] ?? one ?? '') : character(code),
  );
}

function character(code: string): string {
  const point = Number.parseInt(code, 16);
  return point <= 0x10_ff_ff ? String.fromCodePoint(point) : '';
}
