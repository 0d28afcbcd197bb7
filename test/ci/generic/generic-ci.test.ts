import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { genericCi } from '../../../src/ci/generic/generic-ci.ts';
import type { RawMessage } from '../../../src/ports/ci.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { storePathOf } from '../../doubles/scripted-ci.ts';

const secret = 'call me back';
const commit = '1a2b3c4d'.repeat(5);
const ci = genericCi({ callbackSecret: secret });

function signed(value: unknown, headers: Record<string, string> = {}): RawMessage {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { headers: { 'x-orthrus-signature-256': `sha256=${signature}`, ...headers }, body };
}

function refusal(message: RawMessage): [string, string] {
  try {
    ci.read(message);
  } catch (error) {
    if (error instanceof PortError) return [error.code, error.message];
    throw error;
  }
  throw new Error('it was not refused');
}

const told = {
  repository: 'owner/repo',
  commit,
  jobs: [
    {
      name: 'hello',
      state: 'success',
      drv: `${storePathOf('hello')}.drv`,
      outputs: { out: storePathOf('out'), intermediates: storePathOf('cache') },
      url: 'https://ci.example.org/1',
    },
    { name: 'bye', state: 'pending' },
  ],
};

test('a CI that builds every push by itself tells what became of a commit', () => {
  expect(ci.seesPushes).toBe(true);
  expect(ci.read(signed({ ...told, complete: true }))).toEqual({
    project: null,
    repository: 'owner/repo',
    commit,
    jobs: [
      { ...told.jobs[0], built: null, milliseconds: null, error: null },
      {
        name: 'bye',
        state: 'pending',
        drv: null,
        outputs: {},
        built: null,
        milliseconds: null,
        url: null,
        error: null,
      },
    ],
    complete: true,
    error: null,
  });
  expect(ci.read(signed(told))).toMatchObject({ complete: false });
});

test('C2 a commit that does not evaluate has an error, and no jobs to wait for', () => {
  expect(ci.read(signed({ repository: 'o/r', commit, error: 'undefined variable' }))).toMatchObject(
    {
      jobs: [],
      complete: true,
      error: { kind: 'evaluation', message: 'undefined variable', paths: [] },
    },
  );
});

test('D6 unknown fields are accepted, and null stands for what is not said', () => {
  const jobs = [{ name: 'a', state: 'error', drv: null, outputs: null, url: null, new: 1 }];
  const message = ci.read(signed({ repository: 'o/r', commit, jobs, complete: null, new: {} }));
  expect(message).toMatchObject({ jobs: [{ name: 'a', state: 'error', outputs: {} }] });
});

describe('D5 what is not signed, or makes no sense, is refused', () => {
  test('by its signature, over the very bytes', () => {
    const good = signed(told);
    const header = 'x-orthrus-signature-256';
    for (const headers of [
      {},
      { [header]: '' },
      { [header]: good.headers[header]?.slice('sha256='.length) },
      { [header]: `sha1=${'0'.repeat(40)}` },
      { [header]: `sha256=${'0'.repeat(64)}` },
    ]) {
      expect(refusal({ headers, body: good.body })[0]).toBe('denied');
    }
    const other = { headers: good.headers, body: Buffer.concat([good.body, Buffer.from('\n')]) };
    expect(refusal(other)[0]).toBe('denied');
  });

  test.each([
    ['{', 'the body is not JSON'],
    ['[]', 'the body: expected object, received array'],
    [{ ...told, repository: 'repo' }, 'repository: expected "owner/repo"'],
    [{ ...told, commit: '1a2b3c4' }, "commit: expected a commit's full hash, in lower case"],
    [{ ...told, jobs: {} }, 'jobs: expected array, received object'],
    [
      { ...told, jobs: [{ name: 'a', state: 'green' }] },
      'jobs[0].state: expected one of "pending"|"success"|"failure"|"error"|"cancelled"',
    ],
    [{ ...told, jobs: [{ name: '', state: 'success' }] }, 'jobs[0].name: expected a name'],
    [
      { ...told, jobs: [{ name: 'a', state: 'success', drv: storePathOf('a') }] },
      'jobs[0].drv: expected a derivation in the store, /nix/store/<hash>-<name>.drv',
    ],
    [
      { ...told, jobs: [{ name: 'a', state: 'success', outputs: { out: '/etc/passwd' } }] },
      'jobs[0].outputs.out: expected a path in the store, /nix/store/<hash>-<name>',
    ],
    [
      { ...told, jobs: [{ name: 'a', state: 'success', url: 'javascript:alert(1)' }] },
      'jobs[0].url: expected an http or https URL',
    ],
    [{ ...told, complete: 'yes' }, 'complete: expected boolean, received string'],
  ])('%j', (body, message) => {
    expect(refusal(signed(body))).toEqual(['invalid', message]);
  });
});

test('C14 it can be asked nothing: a build is on its way until the CI tells', async () => {
  const build = { stream: 'github:1#2', commit, attempt: 1, project: 'repo', ref: 'refs/heads/x' };
  expect(await ci.report(build)).toEqual({
    stream: 'github:1#2',
    commit,
    attempt: 1,
    phase: 'queued',
    jobs: [],
    error: null,
  });
  expect(await ci.missing([storePathOf('a')])).toEqual([]);
  expect(await ci.logFile('github:1#2', build, null)).toBeNull();
});
