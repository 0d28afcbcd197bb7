import * as fc from 'fast-check';

/**
 * How a property is tried. The same seed every time, so that a red run is a change and no luck; `ORTHRUS_FUZZ=100` tries a
 * hundred times as much, `ORTHRUS_FUZZ_SEED=7` begins elsewhere:
 *
 *     ORTHRUS_FUZZ=100 ORTHRUS_FUZZ_SEED=$RANDOM npx vitest run test/fuzz --testTimeout 3600000
 *
 * What fails prints its seed and path, and the smallest case.
 */
export function tries(runs: number): { numRuns: number; seed: number } {
  const more = Number(process.env['ORTHRUS_FUZZ'] ?? 1);
  const seed = Number(process.env['ORTHRUS_FUZZ_SEED'] ?? 20_261_124);
  return { numRuns: Math.ceil(runs * more), seed };
}

/** Text as strangers write it: quotes, backslashes, `${`, line breaks, marks of direction, halves of characters. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        '${',
        '$',
        '{',
        '}',
        "''",
        '\n',
        '\r',
        '\t',
        '`',
        '|',
        '<',
        '>',
        '&',
        "'",
        '\u202e',
        '\u0000',
        '../',
        ';',
        '-->',
        '<!--',
        '</script>',
        'a',
        ' ',
        '😀',
        '#{',
        '/nix/store/',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

/** Any JSON value, `__proto__` and the like among its keys. */
export const anyJson = fc.jsonValue({ maxDepth: 3 });

/** A value with one thing in it changed: another value in a place, a place left out, or one more. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  return fc
    .array(
      fc.record({
        at: fc.nat(),
        how: fc.constantFrom('replace', 'remove', 'add'),
        by: fc.oneof(anyJson, hostileText, fc.constantFrom(null, -1, 1e308, '', [], {}, true)),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) => {
      const copy: unknown = structuredClone(value);
      for (const { at, how, by } of changes) change(copy, at, how, by);
      return copy;
    });
}

function change(root: unknown, at: number, how: string, by: unknown): void {
  const places = placesOf(root);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (how === 'remove') Reflect.deleteProperty(holder, key);
  else Reflect.set(holder, how === 'add' ? `${key}_` : key, by);
}

function placesOf(value: unknown): { holder: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    { holder: value, key },
    ...placesOf(below),
  ]);
}
