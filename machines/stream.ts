/** What a stream is about. */
export type Subject =
  | { readonly kind: 'pull'; readonly number: number }
  | { readonly kind: 'branch'; readonly branch: string };

export type StreamKind = Subject['kind'];

/** A stream's name, taken apart: `<forge>:<repository id>#12` or `<forge>:<repository id>@main`. */
export interface StreamName {
  readonly forge: string;
  readonly repositoryId: string;
  readonly subject: Subject;
}

export function streamName({ forge, repositoryId, subject }: StreamName): string {
  return subject.kind === 'pull'
    ? `${forge}:${repositoryId}#${subject.number}`
    : `${forge}:${repositoryId}@${subject.branch}`;
}

/** Its forge, the repository's id, and the number of a pull request or the name of a branch. */
const pattern = /^([^:]+):([^#@]+)(?:#([1-9][0-9]{0,9})|@(.+))$/s;

/**
 * Takes apart a stream's name, or a pull request as people write it (`here:owner/repo#12`, `here:owner/repo@main`):
 * the two differ only in what stands between `:` and `#` or `@`.
 * @returns null for what is neither
 */
export function parseStreamName(text: string): StreamName | null {
  const [, forge, repositoryId, number, branch] = pattern.exec(text) ?? [];
  if (forge === undefined || repositoryId === undefined) return null;
  if (number !== undefined)
    return { forge, repositoryId, subject: { kind: 'pull', number: Number(number) } };
  if (branch === undefined) return null;
  return { forge, repositoryId, subject: { kind: 'branch', branch } };
}
