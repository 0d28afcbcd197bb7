import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.ts';
import { assetsFolder } from './load.ts';

/** The last part of `npm run build`: what the pages load, made once and put beside the program. */
const { files, style, scripts } = await bundle();
rmSync(assetsFolder, { recursive: true, force: true });
mkdirSync(assetsFolder, { recursive: true });
for (const { name, bytes } of files.values()) writeFileSync(new URL(name, assetsFolder), bytes);
writeFileSync(
  new URL('names.json', assetsFolder),
  JSON.stringify({ style, scripts, files: [...files.keys()] }),
);
