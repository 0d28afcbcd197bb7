import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const manifest = z.object({ name: z.literal('orthrus'), version: z.string() });

/** The version in our own package.json, which stands above this file, compiled or not. */
export function readVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (folder !== dirname(folder)) {
    try {
      const parsed = manifest.safeParse(
        JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
      );
      if (parsed.success) return parsed.data.version;
    } catch {
      // No package.json here: further up.
    }
    folder = dirname(folder);
  }
  return 'unknown';
}
