import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

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
  const id = createHash(hash).update(`${kind} ${content.length}\0`).update(content).digest('hex');
  return { kind, id, content };
}

const kindNumber: Record<ObjectKind, number> = { commit: 1, tree: 2, blob: 3 };

/**
 * A pack that holds these objects whole (git's Documentation/gitformat-pack). One `git unpack-objects` then writes them
 * all, with the repository's own permissions, and refreshes the age of those it already has.
 */
export function pack(objects: readonly GitObject[], hash: HashName): Buffer {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  for (const object of objects) {
    parts.push(entryHeader(kindNumber[object.kind], object.content.length));
    // The fastest level: an object of a page or two is all there is to gain from.
    parts.push(deflateSync(object.content, { level: 1 }));
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash(hash).update(body).digest()]);
}

/** Kind and size: four bits of the size beside the kind, then seven a byte. */
function entryHeader(kind: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (kind << 4) | (size & 0x0f);
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}
