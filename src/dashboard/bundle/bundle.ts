import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { entryNames } from '../entries.ts';
import type { Assets, ScriptNames } from './assets.ts';

/** The sources, seen from this file as it is and from its compiled form in dist/src/dashboard/bundle alike. */
const root = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../..' : '../../../..', import.meta.url),
);
const dashboard = join(root, 'src/dashboard');

/** Makes the files that the pages load: the same from the same sources, wherever it is done. */
export async function bundle(): Promise<Assets> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      ...entryNames.map((name) => ({ in: join(dashboard, name, 'entry.tsx'), out: name })),
      { in: join(dashboard, 'style.css'), out: 'style' },
    ],
    outdir: join(root, 'dist/assets'),
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome111', 'firefox121', 'safari16.4'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const files = outputFiles.map(({ path, contents }) => ({
    name: basename(path),
    bytes: contents,
  }));
  return {
    files: new Map(files.map((file) => [file.name, file])),
    style: outputOf(metafile, 'src/dashboard/style.css').entry,
    scripts: Object.fromEntries(
      entryNames.map((name) => [name, outputOf(metafile, `src/dashboard/${name}/entry.tsx`)]),
    ),
  };
}

function outputOf({ outputs }: Metafile, source: string): ScriptNames {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source);
  if (found === undefined) throw new Error(`nothing was made of ${source}`);
  const [path, { imports }] = found;
  return { entry: basename(path), shared: imports.map((imported) => basename(imported.path)) };
}
