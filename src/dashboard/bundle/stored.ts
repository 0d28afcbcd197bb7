import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AssetNames, Assets } from './assets.ts';

/** What a folder of assets holds, besides them. */
type Stored = AssetNames & { readonly files: readonly string[] };

const listOf = (folder: URL): URL => new URL('names.json', folder);

/** Puts assets into a folder of their own, whose address ends with a slash; whatever was there goes. */
export function writeAssets(folder: URL, { files, style, scripts }: Assets): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files.values()) writeFileSync(new URL(name, folder), bytes);
  const stored: Stored = { style, scripts, files: [...files.keys()] };
  writeFileSync(listOf(folder), JSON.stringify(stored));
}

/** @throws {Error} if the folder is not there: the program was not built whole */
export async function readAssets(folder: URL): Promise<Assets> {
  const { files, style, scripts }: Stored = JSON.parse(readFileSync(listOf(folder), 'utf8'));
  return {
    style,
    scripts,
    files: new Map(
      files.map((name) => [name, { name, bytes: readFileSync(new URL(name, folder)) }]),
    ),
  };
}
