/**
 * The post-receive hook, as the two files that are put into a repository.
 *
 * They are texts, not a module of ours: the hook must go on working, or fail without a sound, wherever Orthrus is
 * installed next year, and Node 20 runs no TypeScript. It is Node, not curl: Orthrus needs Node anyway, and JSON made
 * by a shell from names that strangers choose is how names come to be executed (F5). The shell only keeps git's lines
 * in a variable, and hands them on as data.
 */

/** By this a hook is known to be ours, and may be replaced. */
export const hookMarker = '# orthrus: signals pushes';

/** Beside the hook, so that it is found wherever the repository is moved to. */
export const signalFile = 'orthrus-signal.mjs';

/**
 * git waits for the hook, and for whoever holds its output: so the work goes on in the background, with everything
 * closed, and outlives the connection that pushed.
 */
export function hookScript(node: string): string {
  return `#!/bin/sh
${hookMarker} to the service. Written by orthrus, which will overwrite it.
updates=$(cat)
[ -z "$ORTHRUS_PUSH" ] || exit 0
node=${shellQuoted(node)}
[ -x "$node" ] || node=node
(
  trap '' HUP
  printf '%s\\n' "$updates" | "$node" "\${0%/*}/${signalFile}"
) </dev/null >/dev/null 2>&1 &
exit 0
`;
}

/** @param installed where the repository was, and what it was called, when the hook was installed */
export function signalScript(
  url: string,
  installed: { readonly directory: string; readonly name: string },
): string {
  return `// Signals to the service what git's post-receive hook is given. Written by orthrus.
import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';

const url = ${JSON.stringify(url)};
const installed = ${JSON.stringify(installed)};
// More than a push by hand ever holds. Reconciling finds the rest.
const most = 1000;

let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
const updates = text
  .split('\\n')
  .map((line) => /^([0-9a-f]+) ([0-9a-f]+) (.+)$/.exec(line))
  .filter((match) => match !== null && !match[3].startsWith('refs/notes/'))
  .map(([, before, after, ref]) => ({ ref, before, after }))
  .slice(0, most);
// git runs the hook in the repository. One that was renamed since goes by its new name.
const here = process.cwd();
const repository =
  here === installed.directory
    ? installed.name
    : basename(dirname(here)) + '/' + basename(here).replace(/\\.git$/, '');
if (updates.length > 0) {
  try {
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-orthrus-delivery': randomUUID() },
      body: JSON.stringify({ repository, updates }),
      signal: AbortSignal.timeout(4000),
    });
  } catch {
    // The service is down. It will look for itself when it is back.
  }
}
`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
