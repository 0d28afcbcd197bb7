/** git's tree object, as bytes: `<octal mode> <name>\0<id>`, once an entry, in git's own order. */

export interface TreeEntry {
  /** `100644`, `100755`, `120000`, `160000`, `40000`; as it stands there, for old trees hold other spellings. */
  readonly mode: string;
  readonly name: Buffer;
  readonly id: string;
}

/** Where an entry stands in a tree's bytes. Nothing is decoded until it is wanted: there may be 50,000. */
interface Span {
  readonly start: number;
  readonly space: number;
  readonly nul: number;
  readonly end: number;
}

/** @param idBytes 20 for SHA-1, 32 for SHA-256 */
function* spans(tree: Buffer, idBytes: number): Generator<Span> {
  let start = 0;
  while (start < tree.length) {
    const space = tree.indexOf(0x20, start);
    const nul = space < 0 ? -1 : tree.indexOf(0, space);
    const end = nul + 1 + idBytes;
    if (nul < 0 || end > tree.length) throw new RangeError('not a tree object');
    yield { start, space, nul, end };
    start = end;
  }
}

export function findEntry(tree: Buffer, name: Buffer, idBytes: number): TreeEntry | null {
  for (const span of spans(tree, idBytes)) {
    if (!isNamed(tree, span, name)) continue;
    const { start, space, nul, end } = span;
    return {
      mode: tree.toString('latin1', start, space),
      name,
      id: tree.toString('hex', nul + 1, end),
    };
  }
  return null;
}

/**
 * The tree with `entry` in it, in place of one of the same name. All other bytes stay as they are, whatever they are:
 * names that are not UTF-8, and modes that only ancient gits wrote.
 */
export function putEntry(tree: Buffer, entry: TreeEntry, idBytes: number): Buffer {
  const { mode, name, id } = entry;
  let place = tree.length;
  let old: Span | null = null;
  for (const span of spans(tree, idBytes)) {
    if (isNamed(tree, span, name)) old = span;
    else if (place === tree.length && follows(tree, span, name, isFolder(mode))) place = span.start;
  }
  const bytes = Buffer.concat([
    Buffer.from(`${mode} `, 'latin1'),
    name,
    Buffer.from([0]),
    Buffer.from(id, 'hex'),
  ]);
  if (old === null) return Buffer.concat([tree.subarray(0, place), bytes, tree.subarray(place)]);
  // An entry that changes its kind may change its place.
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

function isNamed(tree: Buffer, span: Span, name: Buffer): boolean {
  const length = span.nul - span.space - 1;
  return length === name.length && tree.compare(name, 0, length, span.space + 1, span.nul) === 0;
}

/** Whether an entry comes after `name` in git's order: by bytes, a folder as if its name ended in a slash. */
function follows(tree: Buffer, span: Span, name: Buffer, folder: boolean): boolean {
  const first = span.space + 1;
  const common = Math.min(span.nul - first, name.length);
  const order = tree.compare(name, 0, common, first, first + common);
  if (order !== 0) return order > 0;
  const other = isFolder(tree.toString('latin1', span.start, span.space));
  const theirs = first + common < span.nul ? (tree[first + common] ?? 0) : other ? slash : 0;
  const ours = name[common] ?? (folder ? slash : 0);
  return theirs > ours;
}

const slash = 0x2f;
