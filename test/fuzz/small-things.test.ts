import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheEntries } from '../../machines/cache.ts';
import { clip, duration } from '../../machines/describe.ts';
import { isStorePath } from '../../machines/store-path.ts';
import { parseStreamName, streamName } from '../../machines/stream.ts';
import { parseConfig } from '../../src/config.ts';
import { nixString, parseCacheFile, renderCacheFile } from '../../src/effects/cache-file.ts';
import { code } from '../../src/effects/summary.ts';
import { judge } from '../../src/engine/give-up.ts';
import { branchRef, isRefName } from '../../src/git/names.ts';
import { html } from '../../src/http/html.ts';
import { upcast, upcasters, versionOf } from '../../src/log/upcast.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { anyJson, hostileText, tries } from './seeds.ts';

const base32 = '0123456789abcdfghijklmnpqrsvwxyz';
const storePathText = fc
  .tuple(
    fc.array(fc.constantFrom(...base32), { minLength: 32, maxLength: 32 }),
    fc.array(fc.constantFrom(...'abcXYZ019+-._?='), { minLength: 1, maxLength: 40 }),
  )
  .map(([hash, name]) => `/nix/store/${hash.join('')}-${name.join('')}`);
const entry = fc.record({
  drv: fc.option(storePathText.map((path) => `${path}.drv`)),
  from: fc.option(storePathText),
  path: storePathText,
});
/** Well-formed, for what becomes UTF-8: a lone half of a character cannot be written to a file. */
const job = hostileText.filter((name) => name !== '' && !/\p{Surrogate}|\0/u.test(name));
const entries = fc
  .array(fc.tuple(job, entry), { maxLength: 5 })
  .map((pairs) => cacheEntries.parse(Object.fromEntries(pairs)));

test('C12 a cache file is read back as what was written, whatever the jobs are called', () => {
  fc.assert(
    fc.property(entries, (written) => {
      expect(parseCacheFile(renderCacheFile(written))).toEqual(written);
    }),
    tries(500),
  );
});

test('C12 a real Nix reads the very text that was escaped', () => {
  const texts = fc.sample(job, tries(300));
  const expression = `builtins.toJSON [ ${texts.map(nixString).join(' ')} ]`;
  const said = execFileSync('nix-instantiate', ['--eval', '--strict', '--json', '-'], {
    input: expression,
    maxBuffer: 1 << 26,
  }).toString('utf8');
  const told: unknown = JSON.parse(said);
  expect(JSON.parse(String(told))).toEqual(texts);
});

test('C12 text that nobody of us wrote is no cache file, or names store paths only', () => {
  fc.assert(
    fc.property(entries, fc.nat(), hostileText, (written, at, foreign) => {
      const text = renderCacheFile(written);
      const where = at % (text.length + 1);
      const read = parseCacheFile(text.slice(0, where) + foreign + text.slice(where));
      for (const { drv, from, path } of Object.values(read ?? {}))
        for (const value of [drv, from, path])
          expect(value === null || isStorePath(value)).toBe(true);
    }),
    tries(500),
  );
});

test('an event of any old shape is lifted, lifting changes nothing twice, and no input', () => {
  const types = [...new Set(upcasters.map(({ type }) => type))];
  const data = fc.dictionary(fc.constantFrom('pull', 'policy', 'seed', 'repository', 'x'), anyJson);
  fc.assert(
    fc.property(fc.constantFrom(...types, 'build.lost'), fc.nat(4), data, (type, version, old) => {
      const before = structuredClone(old);
      const lifted = upcast({ type, version, data: old });
      expect(old).toEqual(before);
      expect(lifted).toEqual(upcast({ type, version, data: old }));
      expect(upcast({ ...lifted, version: versionOf(lifted.type) })).toEqual(lifted);
    }),
    tries(500),
  );
});

test('F5 nothing of a text becomes HTML, or ends the attribute it stands in', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const page = html`<p title="${text}">${text}</p>`.text;
      const [, attribute, content] = /^<p title="([^"]*)">([^<]*)<\/p>$/s.exec(page) ?? [];
      expect(attribute).toBe(content);
      const back = (content ?? '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&#96;', '`')
        .replaceAll('&amp;', '&');
      expect(back).toBe(text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd'));
    }),
    tries(500),
  );
});

test('F5 a text as code in Markdown is one line that nothing in it ends', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const written = code(text);
      if (written === '') return;
      expect(written).not.toMatch(/[\r\n|]/);
      const [, fence = '', within = ''] = /^(`+)(.*)\1$/s.exec(written) ?? [];
      expect(fence).not.toBe('');
      const runs: readonly string[] = within.match(/`+/g) ?? [];
      expect(runs).not.toContain(fence);
    }),
    tries(500),
  );
});

test('F5 a branch is accepted only where git accepts it', () => {
  const names = fc.sample(hostileText, { ...tries(1), numRuns: 60 });
  names.push('a', 'a/b', 'a.lock', '.a', 'a..b', '@', '@{', 'HEAD', '-a', 'a/', '/a', 'ä');
  for (const name of names) {
    let ref: string;
    try {
      ref = branchRef(name);
    } catch (error) {
      expect(error).toBeInstanceOf(PortError);
      continue;
    }
    expect(isRefName(ref)).toBe(true);
    execFileSync('git', ['check-ref-format', ref]);
  }
});

test('a store path is one by its own letters, and nothing around it is part of one', () => {
  fc.assert(
    fc.property(storePathText, hostileText, (path, foreign) => {
      expect(isStorePath(path)).toBe(true);
      if (/[^0-9A-Za-z+\-._?=]/.test(foreign)) {
        expect(isStorePath(path + foreign)).toBe(false);
        expect(isStorePath(foreign + path)).toBe(false);
      }
    }),
    tries(500),
  );
});

test('a stream is found again by its name', () => {
  const subject = fc.oneof(
    fc.record({
      kind: fc.constant('pull' as const),
      number: fc.integer({ min: 1, max: 9_999_999_999 }),
    }),
    fc.record({
      kind: fc.constant('branch' as const),
      branch: hostileText.filter((of) => of !== ''),
    }),
  );
  const name = fc.record({
    forge: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/),
    repositoryId: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
    subject,
  });
  fc.assert(
    fc.property(name, (of) => {
      expect(parseStreamName(streamName(of))).toEqual(of);
    }),
    tries(500),
  );
});

test('E1 waits grow, are jittered within their upper half, and end at the longest', () => {
  const retry = fc
    .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 1_000_000 }))
    .map(([base, more]) => ({ base, max: base + more }));
  const at = (of: { base: number; max: number }, attempts: number, random: number): number => {
    const error = new PortError('unavailable', 'down');
    const verdict = judge(error, { type: 'build.start', attempts }, { retry: of, now: 0, random });
    return verdict.kind === 'retry' ? verdict.after : Number.NaN;
  };
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(retry, fc.integer({ min: 1, max: 5000 }), random, (of, attempts, chance) => {
      const wait = at(of, attempts, chance);
      const whole = at(of, attempts, 1);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
      expect(whole).toBeLessThanOrEqual(of.max);
      expect(at(of, attempts + 1, chance)).toBeGreaterThanOrEqual(wait);
    }),
    tries(500),
  );
});

test('a duration is a finite number of milliseconds, or refused', () => {
  const text = fc.oneof(
    fc
      .tuple(
        fc.double({ min: 0, max: 1e21, noNaN: true }),
        fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', ''),
      )
      .map(([number, unit]) => `${number}${unit}`),
    fc.stringMatching(/^[0-9]{1,400}(ms|d)$/),
    hostileText,
  );
  fc.assert(
    fc.property(text, (written) => {
      let milliseconds: number;
      try {
        const config = { forges: {}, ci: {}, repositories: [], reconcileEvery: written };
        milliseconds = parseConfig(config, '/').reconcileEvery;
      } catch (error) {
        expect(error).toMatchObject({ code: 'config' });
        return;
      }
      expect(Number.isFinite(milliseconds)).toBe(true);
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(duration(milliseconds)).toMatch(/^[0-9]/);
    }),
    tries(300),
  );
});

test('a description is one line of at most as many characters as there is room for, and no half of one', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 1, max: 140 }),
      (text, limit) => {
        const line = clip(text, limit);
        expect([...line].length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/\p{Surrogate}|\n/u);
      },
    ),
    tries(500),
  );
});
