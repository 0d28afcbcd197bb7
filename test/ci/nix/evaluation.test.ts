import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuildError } from '../../../machines/build.ts';
import type { Ci } from '../../../src/ports/ci.ts';
import { execute, Laboratory, nixEnv } from './laboratory.ts';

let lab: Laboratory;
let ci: Ci;
beforeAll(async () => {
  lab = await Laboratory.make();
  ci = lab.ci();
});
afterAll(() => lab.clear());

async function errorOf(flake: string, cachePaths: string[] = []): Promise<BuildError | null> {
  const report = await lab.build(ci, lab.request(await lab.commit(flake), { cachePaths }));
  expect(report.jobs).toEqual([]);
  return report.error;
}

const taking = (...paths: string[]): string =>
  lab.flake(
    `{ ${paths.map((path, index) => `j${String(index)} = salted { name = "j"; cache = at "${path}"; };`).join(' ')} }`,
    'at = path: builtins.appendContext path { ${path} = { path = true; }; };',
  );

const absent = (digit: string): string => `/nix/store/${digit.repeat(32)}-gone-intermediates`;

test('C2 an error of the code comes with its place, and without a trace', async () => {
  const error = await errorOf(lab.flake('{ a = good; b = nope; }'));
  expect(error?.kind).toBe('evaluation');
  expect(error?.message).toMatch(/^undefined variable 'nope'\n\s+at .*flake\.nix:\d+:\d+:/);
  expect(error?.message).not.toContain('--show-trace');
});

test('C2 a message of many lines stays together, a long one is cut', async () => {
  const error = await errorOf(lab.flake(`{ a = throw "one\ntwo\n${'x'.repeat(5000)}"; }`));
  expect(error?.message).toContain('two');
  expect(error?.message.length).toBeLessThanOrEqual(2000);
});

test('C2 what evaluates to no jobs is told in one line that says what to do', async () => {
  const cases: [string, RegExp][] = [
    ['{ outputs = { self }: { other = { }; }; }', /^the flake has no output 'typhonJobs': add one/],
    [lab.flake('[ ]'), /^typhonJobs is a list, not a set of jobs/],
    [lab.flake('good "a"'), /^typhonJobs is a derivation, not a set of jobs/],
    [lab.flake('null'), /^typhonJobs is null, not a set of jobs/],
    [
      lab.flake('{ "a\\"b" = { }; }'),
      /^typhonJobs\."a\\"b" is a set: every attribute .* must be a derivation$/,
    ],
    [lab.flake('{ a = 1; }'), /^typhonJobs\."a" is an int: every/],
    [
      lab.flake('{ a = { type = "derivation"; drvPath = "/etc/passwd"; }; }'),
      /^typhonJobs\."a" is no true derivation: every/,
    ],
    ['', /^the commit has no flake\.nix at its root/],
    [
      '{ inputs.x.url = "github:o/x"; outputs = { self, x }: { typhonJobs = { }; }; }',
      /^the flake input 'x' is not locked: run 'nix flake lock' and commit flake.lock$/,
    ],
  ];
  for (const [flake, message] of cases) {
    const error = await errorOf(flake);
    expect(error).toMatchObject({ kind: 'evaluation', message: expect.stringMatching(message) });
    expect(error?.message).not.toContain('\n');
  }
});

test('no jobs at all is a success', async () => {
  expect(await errorOf(lab.flake('{ }'))).toBeNull();
});

test('C6 a missing path of ours is recognised, and all that are missing are named at once', async () => {
  const there = await lab.build(ci, lab.request(await lab.commit(lab.flake('{ a = good "a"; }'))));
  const valid = there.jobs[0]?.outputs['out'] ?? '';
  const error = await errorOf(taking(valid, absent('1'), absent('2')), [
    valid,
    absent('1'),
    absent('2'),
  ]);
  expect(error?.kind).toBe('missing-path');
  expect(new Set(error?.paths)).toEqual(new Set([absent('1'), absent('2')]));
});

test("C6 a missing path of a stranger's is an error of the code", async () => {
  const error = await errorOf(taking(absent('3')), [absent('4')]);
  expect(error).toMatchObject({ kind: 'evaluation', paths: [] });
  expect(error?.message).toContain(absent('3'));
});

test('a commit that is not there is no error of the code', async () => {
  await lab.commit(lab.flake('{ }'));
  const report = await lab.build(ci, lab.request('1'.repeat(40)));
  expect(report.error?.kind).toBe('infrastructure');
});

test('a request that makes no sense is refused', async () => {
  const commit = '1'.repeat(40);
  await expect(ci.start(lab.request('main'))).rejects.toMatchObject({ code: 'invalid' });
  await expect(ci.start(lab.request('../../x'))).rejects.toMatchObject({ code: 'invalid' });
  await expect(ci.start(lab.request(commit, { remote: 'ext::sh' }))).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(() => lab.ci({ attribute: 'a b' })).toThrow(/names no flake output/);
});

test('the jobs may be deeper in the flake', async () => {
  const deep = await Laboratory.make();
  try {
    const flake = deep.flake('{ linux.a = good "a"; }');
    const report = await deep.build(
      deep.ci({ attribute: 'typhonJobs.linux' }),
      deep.request(await deep.commit(flake)),
    );
    expect(report.jobs.map((job) => job.state)).toEqual(['success']);
  } finally {
    await deep.clear();
  }
});

test('missing() tells which paths are gone, and nothing of the others', async () => {
  const { stdout } = await execute(
    'nix-instantiate',
    ['--eval', '--read-write-mode', '-E', `builtins.toFile "there" "${lab.salt}"`],
    { env: nixEnv },
  );
  const there = stdout.trim().replaceAll('"', '');
  expect(await ci.missing([])).toEqual([]);
  expect(await ci.missing([absent('5'), there, absent('6'), 'no path', absent('5')])).toEqual([
    absent('5'),
    absent('6'),
    'no path',
  ]);
});

test('E8 without Nix on the machine a build waits until there is one', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  const without = lab.ci();
  process.env['PATH'] = path;
  await expect(without.start(lab.request('2'.repeat(40)))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('install Nix'),
  });
  await expect(without.missing([absent('7')])).rejects.toMatchObject({ code: 'unavailable' });
});
