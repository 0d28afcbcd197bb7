import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../../src/dashboard/bundle/bundle.ts';
import { readAssets, writeAssets } from '../../../src/dashboard/bundle/stored.ts';
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

test('what the build leaves is what was made, and nothing older', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-assets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = pathToFileURL(`${folder}/assets/`);
  const made = await bundle();
  const older = {
    ...made,
    files: new Map([['old.js', { name: 'old.js', bytes: Buffer.from('') }]]),
  };
  writeAssets(place, older);
  writeAssets(place, made);
  const { files, style, scripts } = await readAssets(place);
  expect({ style, scripts }).toEqual({ style: made.style, scripts: made.scripts });
  expect([...files.keys()]).toEqual([...made.files.keys()]);
  for (const [name, { bytes }] of files)
    expect(Buffer.compare(bytes, made.files.get(name)?.bytes ?? Buffer.from(''))).toBe(0);
  await expect(readAssets(pathToFileURL(`${folder}/nowhere/`))).rejects.toThrow('ENOENT');
});
