import { readFileSync } from 'node:fs';
import type { AssetNames, Assets } from './assets.ts';

/** Where the files that the pages load are, in what was built. */
export const assetsFolder = new URL('../assets/', import.meta.url);

let loaded: Promise<Assets> | null = null;

/**
 * The files that the pages load. What was built has them beside it; a program that runs from its sources makes them, so
 * that they are never older than it is.
 */
export function loadAssets(): Promise<Assets> {
  loaded ??= import.meta.url.endsWith('.js')
    ? readAssets()
    : import('./bundle.ts').then(({ bundle }) => bundle());
  return loaded;
}

async function readAssets(): Promise<Assets> {
  const text = readFileSync(new URL('names.json', assetsFolder), 'utf8');
  const { files, ...names }: AssetNames & { readonly files: readonly string[] } = JSON.parse(text);
  return {
    ...names,
    files: new Map(
      files.map((name) => [name, { name, bytes: readFileSync(new URL(name, assetsFolder)) }]),
    ),
  };
}
