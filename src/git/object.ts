import { createHash } from 'node:crypto';

export type ObjectKind = 'commit' | 'tree' | 'blob';

export interface GitObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly content: Buffer;
}

/** The hash a repository uses, told from the length of an id. */
export type HashName = 'sha1' | 'sha256';

export function hashOf(id: string): HashName {
  return id.length === 64 ? 'sha256' : 'sha1';
}

export function gitObject(kind: ObjectKind, content: Buffer, hash: HashName): GitObject {
  const id = createHash(hash).update(objectHeader(kind, content)).update(content).digest('hex');
  return { kind, id, content };
}

/** What stands before an object's content, where it is hashed and where it is stored. */
export function objectHeader(kind: ObjectKind, content: Buffer): string {
  return `${kind} ${content.length}\0`;
}
