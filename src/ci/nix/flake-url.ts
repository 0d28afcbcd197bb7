import { PortError } from '../../ports/port-error.ts';

/** `encodeURIComponent` leaves out a few characters that Nix's URL grammar, or a reader's, gives a meaning. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The flake reference of one commit. It names a revision, so it is locked, and pure evaluation takes it; `ref` says
 * where the fetcher finds the revision.
 */
export function flakeUrl(source: { remote: string; ref: string; commit: string }): string {
  const query = `ref=${encode(source.ref)}&rev=${source.commit}`;
  if (source.remote.startsWith('/')) {
    return `git+file://${source.remote.split('/').map(encode).join('/')}?${query}`;
  }
  if (/^https?:\/\/[^?#]+$/.test(source.remote)) return `git+${source.remote}?${query}`;
  throw new PortError(
    'invalid',
    `Nix cannot fetch from '${source.remote}': a remote is a bare repository's absolute path or an https URL`,
  );
}
