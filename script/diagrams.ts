import { readFileSync, writeFileSync } from 'node:fs';
import { toMermaid } from '../src/replay/mermaid.ts';

/** The README with the diagrams of today's machines. */
export function withDiagrams(readme: string): string {
  return (['pull', 'branch'] as const).reduce((text, kind) => {
    const marks = new RegExp(
      `(<!-- begin diagram: ${kind} -->\\n)[^]*?(<!-- end diagram: ${kind} -->)`,
    );
    if (!marks.test(text)) throw new Error(`README.md has no place for the diagram of ${kind}`);
    return text.replace(
      marks,
      (_, begin: string, end: string) =>
        `${begin}\n\`\`\`mermaid\n${toMermaid(kind).trimEnd()}\n\`\`\`\n\n${end}`,
    );
  }, readme);
}

export const readmeFile = new URL('../README.md', import.meta.url);

if (process.argv[1]?.endsWith('diagrams.ts') === true)
  writeFileSync(readmeFile, withDiagrams(readFileSync(readmeFile, 'utf8')));
