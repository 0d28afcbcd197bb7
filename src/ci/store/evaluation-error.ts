import type { BuildError } from '../../../machines/build.ts';
import { lastLines } from './log-text.ts';

/** Nix itself could not: no word about the code. */
const ofNix =
  /No space left on device|interrupted by the user|cannot connect to (daemon|socket)|(opening|acquiring|creating) (lock|lock file)|database .* is (busy|locked|corrupt)|Permission denied|Read-only file system|unable to (fork|start|download)|Could not resolve host|Cannot allocate memory|program 'git' failed|Cannot find Git revision|Too many open files|out of memory/i;

/** The first lines of an error; `named` are the store paths that it says are not there. */
export interface EvaluationFailure {
  readonly kind: 'evaluation' | 'infrastructure';
  readonly message: string;
  readonly named: readonly string[];
}

const mostLines = 12;
const mostCharacters = 2000;

/** From the log of an evaluation that ended with this code. */
export function evaluationFailure(log: string, code: number): EvaluationFailure {
  const named = [
    ...log.matchAll(
      /path '(\/nix\/store\/[^'/]+)[^']*' (?:does not exist|is not valid|is not in the Nix store|is required, but)/g,
    ),
  ].flatMap((match) => match[1] ?? []);
  const message = firstLines(log);
  if (code === 128 + 11 || code === 128 + 6) {
    const crash = `Nix crashed while it evaluated (signal ${String(code - 128)}), as it does on an endless recursion`;
    return { kind: 'evaluation', message: crash, named };
  }
  if (code > 126 || message === '') {
    const how =
      code === 127 ? 'nix-instantiate was not found' : `Nix ended with code ${String(code)}`;
    return { kind: 'infrastructure', message: message === '' ? how : `${how}: ${message}`, named };
  }
  if (ofNix.test(message)) return { kind: 'infrastructure', message: lastLines(log), named };
  return { kind: 'evaluation', message: explained(message), named };
}

/**
 * The error without its trace. Nix up to 2.19 begins with the message; later ones print the trace first, each step with
 * an ellipsis, and the message behind the last `error:`.
 */
function firstLines(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => !/^\s*(\(use '--show-trace'|\(stack trace truncated|… |$)/.test(line));
  const first = lines.findIndex((line) => /^\s*error:/.test(line));
  if (first === -1) return '';
  const traced = lines[first]?.trim() === 'error:';
  const from = traced ? lines.findLastIndex((line) => /^\s*error: \S/.test(line)) : first;
  const indent = lines[from]?.search(/\S/) ?? 0;
  const text = lines
    .slice(from, from + mostLines)
    .map((line) => (line.slice(0, indent).trim() === '' ? line.slice(indent) : line))
    .join('\n');
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}

function explained(message: string): string {
  if (
    /getting status of '[^']*\/flake\.nix': No such file/.test(message) ||
    /does not contain a '?\/?flake\.nix/.test(message)
  ) {
    return 'the commit has no flake.nix at its root: add one, with the jobs as an output';
  }
  const input =
    /cannot (?:update|write|create|fetch)?.*(?:flake input|input) '([^']*)' in pure mode/.exec(
      message,
    )?.[1];
  if (input !== undefined) {
    return `the flake input '${input}' is not locked: run 'nix flake lock' and commit flake.lock`;
  }
  return message.replace(/^error: /, '');
}

/** C6: told by our own path, since only we know which paths we wrote into the commit. */
export function missingPathError(paths: readonly string[]): BuildError {
  return {
    kind: 'missing-path',
    message:
      `${paths.length === 1 ? 'a recorded store path is' : `${String(paths.length)} recorded store paths are`} gone: ${paths.join(', ')}`.slice(
        0,
        mostCharacters,
      ),
    paths: [...paths],
  };
}
