import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { embed } from '../../../src/dashboard/shared/embedded.ts';
import { harmless } from '../../../src/dashboard/shared/harmless.ts';

const site = { base: '', now: 0 };

test('F5 marks that turn the direction of a line are shown as what they are, however deep they are', () => {
  const data = {
    title: 'a\u202eb',
    jobs: [{ name: '\u2066x\u2069', built: true, took: null, '\u202e': 1 }],
  };
  expect(harmless(data)).toEqual({
    title: 'a\ufffdb',
    jobs: [{ name: '\ufffdx\ufffd', built: true, took: null, '\ufffd': 1 }],
  });
});

test('F5 names that objects have are names, and nothing more', () => {
  const data: unknown = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "x"}');
  const shown = harmless(data);
  expect(JSON.stringify(shown)).toBe(JSON.stringify(data));
  expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
});

test('F5 nothing in the data ends the element that they stand in, and they are what they were', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      for (const data of [text, `</script>${text}`, `<!--<script>${text}`]) {
        const embedded = embed({ site, data });
        expect(embedded).not.toContain('<');
        expect(JSON.parse(embedded)).toEqual({ site, data });
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});
