import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { callbackActions, executableActions } from './actions.ts';
import { scripted, zeros } from './fixture.ts';
import { scriptedJob } from './scripted-work.ts';
import { bodyOf } from './serve.ts';

const hello = scriptedJob('hello', 'actions');
const world = scriptedJob('world', 'actions');

/** Somebody who takes callbacks, and says what came. */
async function receiver() {
  const came: { signature: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      came.push({ signature: request.headers['x-orthrus-signature-256'], body });
      response.end('thanks');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => server.close().closeAllConnections());
  return {
    came,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/ci/typhon`,
  };
}

test('tell a URL, signed, what they were given and what was built', async () => {
  const { came, url } = await receiver();
  const scene = await scripted({ actions: callbackActions(url, 'callback secret') });
  scene.work.evaluates = () => ({ jobs: [hello, world] });
  scene.work.builds = (drv) => (drv === hello.drv ? 'success' : 'failure');
  const tip = scene.branch('main');
  await scene.announce('main', zeros, tip);
  await scene.typhon.settled();
  for (const { signature, body } of came) {
    const computed = createHmac('sha256', 'callback secret').update(body).digest('hex');
    expect(signature).toBe(`sha256=${computed}`);
  }
  const said = came.map(({ body }) => JSON.parse(body));
  const end = said.find(({ action, input }) => action === 'end' && input.job === 'hello');
  expect(end).toEqual({
    action: 'end',
    input: {
      drv: hello.drv,
      evaluation: scene.typhon.evaluations[0]?.uuid,
      flake: true,
      job: 'hello',
      jobset: 'main',
      out: hello.outputs['out'],
      project: 'demo',
      status: 'success',
      url: expect.stringContaining(tip),
    },
    outputs: hello.outputs,
  });
  expect(
    said.map(({ action, input, outputs }) => [action, input.job, input.status, outputs]),
  ).toEqual(
    expect.arrayContaining([
      ['begin', 'hello', 'pending', {}],
      ['begin', 'world', 'pending', {}],
      ['end', 'world', 'failure', {}],
    ]),
  );
  expect(came).toHaveLength(4);
});

test('that can tell nobody end all the same', async () => {
  const scene = await scripted();
  scene.typhon.actions = callbackActions('http://127.0.0.1:1/ci/typhon', 'callback secret');
  scene.work.evaluates = () => ({ jobs: [hello] });
  scene.work.builds = () => 'success';
  await scene.announce('main', zeros, scene.branch('main'));
  await scene.typhon.settled();
  expect(scene.typhon.calls.map((call) => [call.name, call.task.kind])).toEqual([
    ['begin', 'success'],
    ['end', 'success'],
  ]);
  const { text } = await scene.ask(`/api/actions/${scene.typhon.calls[1]?.uuid ?? ''}/log`);
  expect(text).toMatch(/could not be told/);
});

test('are programs with an empty environment, whose exit status nobody asks for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-actions-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const script = `#!/bin/sh
/usr/bin/env >&2
/bin/cat > ${directory}/stdin-\${0##*/}
exit 1
`;
  for (const name of ['begin', 'end']) {
    writeFileSync(join(directory, name), script);
    chmodSync(join(directory, name), 0o755);
  }
  const scene = await scripted({ actions: executableActions(directory, { token: 'hush' }) });
  scene.work.evaluates = () => ({ jobs: [hello] });
  scene.work.builds = () => 'success';
  await scene.announce('main', zeros, scene.branch('main'));
  await scene.typhon.settled();
  const end = scene.typhon.calls[1];
  expect(end?.task.kind).toBe('success');
  const stdin = readFileSync(join(directory, 'stdin-end'), 'utf8');
  expect(stdin).not.toMatch(/\n$/);
  expect(JSON.parse(stdin)).toEqual({
    input: JSON.parse(end?.input ?? ''),
    secrets: { token: 'hush' },
  });
  const { text } = await scene.ask(`/api/actions/${end?.uuid ?? ''}/log`);
  const names = text.split('\n').map((line) => line.split('=')[0]);
  expect(names).not.toContain('PATH');
  expect(names).not.toContain('HOME');
});

test('run is said to have ended when `end` begins, and `end` waits for `begin`', async () => {
  const scene = await scripted();
  const open = new Map<string, () => void>();
  scene.typhon.actions = ({ action }) => new Promise((resolve) => open.set(action, resolve));
  scene.work.evaluates = () => ({ jobs: [hello] });
  scene.work.builds = () => 'success';
  const listener = await scene.listen();
  await scene.announce('main', zeros, scene.branch('main'));
  await scene.typhon.until(() => scene.typhon.builds[0]?.task.kind === 'success', 'the build');
  await scene.typhon.until(() => open.has('begin'), 'begin');
  expect(open.has('end')).toBe(false);
  open.get('begin')?.();
  await listener.until(
    (names) => names.filter((name) => name === 'RunUpdated').length === 2,
    'the end',
  );
  expect(scene.typhon.calls[1]?.task.kind).toBe('pending');
  open.get('end')?.();
  await scene.typhon.settled();
  expect(scene.typhon.calls[1]?.task.kind).toBe('success');
});
