import { shortSha } from '../../../machines/describe.ts';
import type { Json } from './changes.ts';

const longestText = 120;
const longestObject = 60;

/** A value in a few words: names of commits and store paths are cut short, and what is long. */
export function shortJson(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'string') return cut(JSON.stringify(value), longestObject);
  if (isSha(value)) return shortSha(value);
  const [, hash, name] = storePath.exec(value) ?? [];
  return cut(hash === undefined ? value : `${hash}…-${name ?? ''}`, longestText);
}

const storePath = /^\/nix\/store\/([0-9a-z]{7})[0-9a-z]{25}-(.+)$/s;

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

export function isSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object of the context holds; names are other people's (F5). */
export function inside(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function textIn(value: Json | undefined, key: string): string | null {
  const found = inside(value, key);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : null;
}

export function listIn(value: Json | undefined, key: string): readonly Json[] {
  const found = inside(value, key);
  return Array.isArray(found) ? found : [];
}
