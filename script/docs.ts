import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { caveatsPage } from './docs/caveats.ts';
import { configurationPage } from './docs/configuration.ts';
import { httpApiPage } from './docs/http-api.ts';
import { simulationPage } from './docs/simulation.ts';

export const docsFolder = new URL('../docs/', import.meta.url);

/** The pages of docs/ that are made: each from what it tells of, so that it stays true. */
export function generatedPages(): ReadonlyMap<string, string> {
  const caveats = readFileSync(new URL('caveats.md', docsFolder), 'utf8');
  return new Map([
    ['caveats.md', caveatsPage(caveats)],
    ['configuration.md', configurationPage()],
    ['http-api.md', httpApiPage()],
    ['simulation.md', simulationPage()],
  ]);
}

if (process.argv[1]?.endsWith('docs.ts') === true) {
  mkdirSync(docsFolder, { recursive: true });
  for (const [name, text] of generatedPages()) writeFileSync(new URL(name, docsFolder), text);
}
