/** git's tree object, as bytes: `<octal mode> <name>\0<id>`, once an entry, in git's own order. */

export interface TreeEntry {
  /** `100644`, `100755`, `120000`, `160000`, `40000`; as it stands there, for old trees hold other spellings. */
  readonly mode: string;
  readonly name: Buffer;
  readonly id: string;
}

interface Span extends TreeEntry {
  readonly start: number;
  readonly end: number;
}

/** @param idBytes 20 for SHA-1, 32 for SHA-256 */
function* spans(tree: Buffer, idBytes: number): Generator<Span> {
  let start = 0;
  while (start < tree.length) {
    const space = tree.indexOf(0x20, start);
    const nul = tree.indexOf(0, space);
    const end = nul + 1 + idBytes;
    if (space < 0 || nul < 0 || end > tree.length) throw new RangeError('not a tree object');
    yield {
      mode: tree.toString('latin1', start, space),
      name: tree.subarray(space + 1, nul),
      id: tree.toString('hex', nul + 1, end),
      start,
      end,
    };
    start = end;
  }
}

export function entries(tree: Buffer, idBytes: number): TreeEntry[] {
  return [...spans(tree, idBytes)];
}

export function findEntry(tree: Buffer, name: Buffer, idBytes: number): TreeEntry | null {
  for (const span of spans(tree, idBytes)) if (span.name.equals(name)) return span;
  return null;
}

/**
 * The tree with `entry` in it, in place of one of the same name. All other bytes stay as they are, whatever they are:
 * names that are not UTF-8, and modes that only ancient gits wrote.
 */
export function putEntry(tree: Buffer, entry: TreeEntry, idBytes: number): Buffer {
  const bytes = Buffer.concat([
    Buffer.from(`${entry.mode} `, 'latin1'),
    entry.name,
    Buffer.from([0]),
    Buffer.from(entry.id, 'hex'),
  ]);
  const key = sortKey(entry);
  let place = tree.length;
  let old: Span | null = null;
  for (const span of spans(tree, idBytes)) {
    if (span.name.equals(entry.name)) old = span;
    else if (place === tree.length && sortKey(span).compare(key) > 0) place = span.start;
  }
  if (old === null) return Buffer.concat([tree.subarray(0, place), bytes, tree.subarray(place)]);
  // A folder sorts as if its name ended in a slash, so an entry that changes its kind may change its place.
  const rest = Buffer.concat([tree.subarray(0, old.start), tree.subarray(old.end)]);
  const at = place > old.start ? place - (old.end - old.start) : place;
  return Buffer.concat([rest.subarray(0, at), bytes, rest.subarray(at)]);
}

export function isFolder(mode: string): boolean {
  return /^0*40000$/.test(mode);
}

export function isFile(mode: string): boolean {
  return mode.startsWith('100');
}

function sortKey(entry: { readonly mode: string; readonly name: Buffer }): Buffer {
  return isFolder(entry.mode) ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name;
}
