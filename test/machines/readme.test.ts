import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readmeFile, withDiagrams } from '../../script/diagrams.ts';

test("the README's diagrams are those of today's machines (`npm run diagrams`)", () => {
  const readme = readFileSync(readmeFile, 'utf8');
  expect(withDiagrams(readme)).toBe(readme);
});
