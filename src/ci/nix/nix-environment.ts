/**
 * What of the service's environment Nix may see. The service holds tokens in its own (F3), and a builder that runs as
 * the same user can read `/proc/<nix>/environ`; so names are let in one by one.
 */
const letIn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|NIX_\w+|SSL_CERT_(FILE|DIR)|GIT_SSL_CAINFO|SSH_AUTH_SOCK|(https?|ftp|all|no)_proxy|(HTTPS?|FTP|ALL|NO)_PROXY)$/;

/** The user's `NIX_CONFIG` is kept, and what we cannot do without is added to it, never put in its place. */
export function nixEnvironment(options: {
  own: NodeJS.ProcessEnv;
  gitConfigGlobal: string;
  cacheDir: string;
  nixConfig: string;
}): NodeJS.ProcessEnv {
  const { own, gitConfigGlobal, cacheDir, nixConfig } = options;
  return {
    ...Object.fromEntries(Object.entries(own).filter(([name]) => letIn.test(name))),
    NIX_CONFIG: [
      own['NIX_CONFIG'] ?? '',
      'extra-experimental-features = nix-command flakes',
      nixConfig,
    ].join('\n'),
    GIT_CONFIG_GLOBAL: gitConfigGlobal,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    XDG_CACHE_HOME: cacheDir,
  };
}
