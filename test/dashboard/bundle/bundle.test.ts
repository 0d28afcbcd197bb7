import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundle } from '../../../src/dashboard/bundle/bundle.ts';
import { entryNames } from '../../../src/dashboard/entries.ts';

test.each(entryNames)('all that %s loads is small', async (entry) => {
  const { files, style, scripts } = await bundle();
  const script = scripts[entry];
  if (script === undefined) throw new Error(`nothing was made of ${entry}`);
  const loaded = [style, script.entry, ...script.shared].map((name) => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`there is no ${name}`);
    return gzipSync(file.bytes, { level: 9 }).length;
  });
  const kilobytes = loaded.reduce((sum, size) => sum + size, 0) / 1000;
  expect(kilobytes).toBeLessThan(150);
});

test('the same sources make the same files, by the same names', async () => {
  const [one, other] = [await bundle(), await bundle()];
  expect([...one.files]).toEqual([...other.files]);
  for (const name of one.files.keys()) expect(name).toMatch(/^[a-z]+-[A-Z0-9]{8}\.(js|css)$/);
});
