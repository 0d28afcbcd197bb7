import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { typhonCi } from '../../../src/ci/typhon/typhon-ci.ts';
import type { RawMessage } from '../../../src/ports/ci.ts';
import { storePathOf } from '../../doubles/scripted-ci.ts';
import { TestWorld } from '../../doubles/test-world.ts';

const secret = 'call me back';
const commit = '1a2b3c4d'.repeat(5);
const drv = `${storePathOf('hello')}.drv`;
const ci = typhonCi({
  url: 'http://127.0.0.1:1',
  webhookSecret: 'another',
  callbackSecret: secret,
  pollEvery: 1000,
  stateDir: '/nonexistent',
  world: new TestWorld(),
  listener: () => {},
});

const input = {
  drv,
  evaluation: '01a20a91-8a40-7b5a-a7ba-792c087d3ff8',
  flake: true,
  job: 'hello',
  jobset: 'orthrus/pr-12',
  out: storePathOf('out'),
  project: 'demo',
  status: 'success',
  url: `github:owner/repo/${commit}?narHash=sha256-x`,
};
const outputs = { out: storePathOf('out'), intermediates: storePathOf('cache') };

function signed(value: unknown, key = secret): RawMessage {
  const body = Buffer.from(JSON.stringify(value));
  const signature = createHmac('sha256', key).update(body).digest('hex');
  return { headers: { 'x-orthrus-signature-256': `sha256=${signature}` }, body };
}

test('what an end action tells of its job, by the revision in the URL', () => {
  expect(ci.read(signed({ action: 'end', input, outputs }))).toEqual({
    project: 'demo',
    repository: null,
    commit,
    jobs: [
      {
        name: 'hello',
        state: 'success',
        drv,
        outputs,
        built: null,
        milliseconds: null,
        url: null,
        error: null,
      },
    ],
    complete: false,
    error: null,
  });
});

test.each([
  ['pending', 'pending'],
  ['success', 'success'],
  ['failure', 'failure'],
  ['canceled', 'cancelled'],
])('status %s is state %s', (status, state) => {
  const message = ci.read(signed({ action: 'begin', input: { ...input, status } }));
  expect(message).toMatchObject({ jobs: [{ state, outputs: {} }] });
});

test.each([
  [`github:owner/repo/${commit}?narHash=sha256-${'0'.repeat(40)}`, commit],
  [`git+https://example.org/o/r.git?ref=${'f'.repeat(40)}&rev=${commit}`, commit],
  [`git+file:///srv/${'f'.repeat(40)}/r.git?rev=${commit}&dir=a`, commit],
  [`gitlab:owner/repo/${'a'.repeat(64)}`, 'a'.repeat(64)],
  ['github:owner/repo/main', null],
  ['path:/srv/x?narHash=sha256-x', null],
  ['', null],
])('the revision of %s is %s', (url, revision) => {
  const message = ci.read(signed({ action: 'end', input: { ...input, url }, outputs }));
  if (revision === null) expect(message).toEqual({ ignored: expect.any(String) });
  else expect(message).toMatchObject({ commit: revision });
});

test('C12 outputs that are no store paths are left out, and a derivation that is none', () => {
  const hostile = { ...outputs, a: '/etc/passwd', b: `${storePathOf('x')}"; x = "`, c: null, d: 1 };
  const message = ci.read(
    signed({ action: 'end', input: { ...input, drv: '/nix/store/../x' }, outputs: hostile }),
  );
  expect(message).toMatchObject({ jobs: [{ drv: null, outputs }] });
});

test('D5 a message that is not signed with our secret is refused, and one that makes no sense', () => {
  const message = { action: 'end', input, outputs };
  expect(() => ci.read(signed(message, 'another'))).toThrow(
    expect.objectContaining({ code: 'denied' }),
  );
  expect(() => ci.read({ ...signed(message), headers: {} })).toThrow(
    expect.objectContaining({ code: 'denied' }),
  );
  for (const [body, why] of [
    [{ ...message, action: 'middle' }, 'action: expected one of "begin"|"end"'],
    [{ action: 'end' }, 'input: expected object, received undefined'],
    [{ ...message, input: { ...input, job: 1 } }, 'input.job: expected string, received number'],
  ] as const) {
    expect(() => ci.read(signed(body))).toThrow(
      expect.objectContaining({ code: 'invalid', message: why }),
    );
  }
});
