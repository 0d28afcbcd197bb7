import { readFile } from 'node:fs/promises';

/**
 * A derivation file is an ATerm, `Derive([("out","/nix/store/…","",""),…],…)`: strings, lists and tuples, nothing else
 * (`libstore/derivations.cc`). Reading it costs no process, and is the truth about outputs: what evaluation says
 * of a derivation is what somebody's code says of it (C11, C12).
 */
type Term = string | readonly Term[];

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')' };

class TermReader {
  private at: number;
  private readonly text: string;

  constructor(text: string, start: number) {
    this.text = text;
    this.at = start;
  }

  read(): Term {
    const first = this.text.charAt(this.at);
    const end = closing[first];
    if (end !== undefined) return this.sequence(end);
    if (first === '"') return this.string();
    throw new Error(`not a derivation: unexpected '${first}' at ${String(this.at)}`);
  }

  private sequence(end: string): readonly Term[] {
    const items: Term[] = [];
    this.at += 1;
    while (this.text.charAt(this.at) !== end) {
      if (this.text.charAt(this.at) === ',') this.at += 1;
      items.push(this.read());
    }
    this.at += 1;
    return items;
  }

  private string(): string {
    let value = '';
    for (this.at += 1; ; this.at += 1) {
      const character = this.text.charAt(this.at);
      if (character === '') throw new Error('not a derivation: it ends inside a string');
      if (character === '"') break;
      if (character === '\\') {
        this.at += 1;
        const escaped = this.text.charAt(this.at);
        value += escapes[escaped] ?? escaped;
      } else value += character;
    }
    this.at += 1;
    return value;
  }
}

export interface Derivation {
  /** Output name to store path. An output whose path is only known after the build is left out. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: ReadonlyMap<string, string>;
}

export function parseDerivation(text: string): Derivation {
  if (!text.startsWith('Derive(')) throw new Error('not a derivation');
  const [outputs, , , , , , env] = new TermReader(text, 'Derive'.length).read();
  return {
    outputs: Object.fromEntries(pairs(outputs).filter(([, path]) => path !== '')),
    env: new Map(pairs(env)),
  };
}

function pairs(list: Term | undefined): [string, string][] {
  if (!Array.isArray(list)) throw new Error('not a derivation: a list is missing');
  return list.map((item: Term): [string, string] => {
    const [name, value] = item;
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw new Error('not a derivation: a name without a value');
    }
    return [name, value];
  });
}

export async function readDerivation(path: string): Promise<Derivation> {
  return parseDerivation(await readFile(path, 'utf8'));
}
