/** Where somebody is who walks through a run. */
export interface Walk {
  /** Which step is shown, from 0. */
  readonly at: number;
  /** What is being typed after `/`; null: nothing is. */
  readonly typing: string | null;
  /** What was looked for last; `/` and Enter goes on with it. */
  readonly sought: string;
  /** What the last key came to, if that is not to be seen. */
  readonly said: string | null;
}

export const walkStart: Walk = { at: 0, typing: null, sought: '', said: null };

/** A key, as `node:readline` tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

const forward = ['n', 'j', 'right', 'down', 'space', 'return', 'pagedown'];
const back = ['p', 'k', 'left', 'up', 'backspace', 'pageup'];

/**
 * Where a key leads.
 * @param types the steps' events, in order
 * @returns null: out
 */
export function press(walk: Walk, key: Key, types: readonly string[]): Walk | null {
  const { name = '', sequence = '', ctrl = false } = key;
  if (ctrl) return name === 'c' || name === 'd' ? null : walk;
  if (walk.typing !== null) return type(walk, walk.typing, { name, sequence }, types);
  const last = types.length - 1;
  const to = (at: number): Walk => ({ ...walk, at: Math.min(Math.max(at, 0), last), said: null });
  if (sequence === 'G' || name === 'end') return to(last);
  if (sequence === 'g' || name === 'home') return to(0);
  if (sequence === '/') return { ...walk, typing: '', said: null };
  if (sequence === 'q' || name === 'escape') return null;
  if (forward.includes(name)) return to(walk.at + 1);
  if (back.includes(name)) return to(walk.at - 1);
  return walk;
}

function type(
  walk: Walk,
  typed: string,
  { name, sequence }: { readonly name: string; readonly sequence: string },
  types: readonly string[],
): Walk | null {
  if (name === 'escape') return { ...walk, typing: null };
  if (name === 'backspace')
    return { ...walk, typing: typed === '' ? null : [...typed].slice(0, -1).join('') };
  if (name === 'return' || name === 'enter')
    return seek({ ...walk, typing: null }, typed === '' ? walk.sought : typed, types);
  return /^[ -~]$/.test(sequence) ? { ...walk, typing: typed + sequence } : walk;
}

/** The next step whose event's type has the text in it; after the last one, from the first. */
function seek(walk: Walk, sought: string, types: readonly string[]): Walk {
  if (sought === '') return walk;
  const order = [...types.keys()].map((index) => (walk.at + 1 + index) % types.length);
  const at = order.find((index) => types[index]?.includes(sought) === true);
  return at === undefined
    ? { ...walk, sought, said: `no event's type has "${sought}" in it` }
    : { ...walk, sought, at, said: null };
}
