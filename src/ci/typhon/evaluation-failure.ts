import type { BuildError } from '../../../machines/build.ts';
import { evaluationFailure, missingPathError } from '../store/evaluation-error.ts';
import { nixSaid } from './nix-said.ts';

/**
 * From the log of an evaluation that failed (C2); when it names one of our own paths as missing, that is why (C6).
 * @param gone those of the recorded paths that are known to be gone: Nix names the first one only
 */
export function failureOf(
  log: string,
  recorded: readonly string[],
  gone: readonly string[],
): BuildError {
  const said = nixSaid(log);
  if (!/^\s*error:/m.test(said)) {
    const first = said.split('\n').slice(0, 12).join('\n').slice(0, 2000);
    const message = first === '' ? 'the evaluation failed, and Typhon has no log of it' : first;
    return { kind: 'evaluation', message, paths: [] };
  }
  // Typhon does not say how Nix ended; 1 says the least.
  const { kind, message, named } = evaluationFailure(said, 1);
  const ours = named.filter((path) => recorded.includes(path));
  if (ours.length === 0) return { kind, message, paths: [] };
  return missingPathError([...new Set([...gone, ...ours])]);
}
