import type { Assets } from './assets.ts';
import { readAssets } from './stored.ts';

/** Where the files that the pages load are, in what was built. */
export const assetsFolder = new URL('../assets/', import.meta.url);

let loaded: Promise<Assets> | null = null;

/**
 * The files that the pages load. What was built has them beside it; a program that runs from its sources makes them, so
 * that they are never older than it is.
 */
export function loadAssets(): Promise<Assets> {
  loaded ??= import.meta.url.endsWith('.js')
    ? readAssets(assetsFolder)
    : import('./bundle.ts').then(({ bundle }) => bundle());
  return loaded;
}
