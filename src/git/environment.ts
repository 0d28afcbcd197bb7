import type { Credentials } from '../ports/forge.ts';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What of the service's own environment git may see: where programs are, and how to reach the network. Everything else
 * (GIT_DIR of a hook that started us, editors, askpass programs, tokens) stays out.
 */
const inherited = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
] as const;

/**
 * Only `safe.directory` belongs here: the file also reaches `git receive-pack` and the hooks of a repository on this
 * disk (no other way of setting it does), so what would change their behaviour, `core.hooksPath` above all, is given
 * to our own commands with `-c`, which git does not pass on.
 */
const globalConfiguration = '[safe]\n\tdirectory = *\n';

/** Makes git's home, `directory`, with the one configuration file it reads. */
export function prepareHome(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const file = configurationFile(directory);
  // Written aside: another process's git may be reading it.
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, globalConfiguration);
  renameSync(aside, file);
}

export function configurationFile(home: string): string {
  return join(home, 'gitconfig');
}

/** The whole environment of a git process. */
export function gitEnvironment(home: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: configurationFile(home),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Our own pushes to a repository at hand are no news: its hook need not wake a Node for them.
    ORTHRUS_PUSH: '1',
    // Where git knows it (2.45): no command fetches on its own account. Older ones do not because the mirror's
    // configuration names no promisor remote; see remote.ts.
    GIT_NO_LAZY_FETCH: '1',
  };
}

/** The helper's environment. It reads the secret from there, so that no argument and no file ever holds it. */
export function credentialEnvironment(credentials: Credentials): Record<string, string> {
  return {
    ORTHRUS_GIT_USERNAME: credentials.username,
    ORTHRUS_GIT_PASSWORD: credentials.password,
  };
}

/** Configuration that resets whatever helpers a repository names, and sets ours. */
export const credentialHelper: readonly string[] = [
  '-c',
  'credential.helper=',
  '-c',
  'credential.helper=!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=%s\\n" "$ORTHRUS_GIT_USERNAME" "$ORTHRUS_GIT_PASSWORD"; }; f',
];
