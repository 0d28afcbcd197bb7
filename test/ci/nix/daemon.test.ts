import { spawn, type ChildProcess } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processStat } from '../../../src/ci/nix/process-identity.ts';
import { execute, eventually, Laboratory, nixConfig, nixEnv, sleep } from './laboratory.ts';

/** The same through a daemon, one of our own, as on a machine where many share a store. */
let lab: Laboratory;
let daemon: ChildProcess;
let config: string;
beforeEach(async () => {
  lab = await Laboratory.make();
  const socket = lab.file('daemon');
  daemon = spawn('nix-daemon', [], {
    env: { ...nixEnv, NIX_DAEMON_SOCKET_PATH: socket },
    stdio: 'ignore',
  });
  await eventually(
    () =>
      access(socket).then(
        () => true,
        () => false,
      ),
    'the daemon',
  );
  config = `${nixConfig}\nstore = unix://${socket}`;
});
afterEach(async () => {
  await lab.clear();
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await gone;
});

test('C11 a daemon builds, roots and lets go', async () => {
  const ci = lab.ci({ nixConfig: config });
  const flake = lab.flake(
    '{ a = good "a"; bad = job "bad" "echo oops; exit 1"; top = job "top" "echo ${job "dep" "exit 1"}"; other = salted { name = "other"; system = "riscv-plan9"; }; }',
  );
  const report = await lab.build(ci, lab.request(await lab.commit(flake)));
  expect(report.error).toBeNull();
  expect(report.jobs.map((job) => [job.name, job.state, job.built])).toEqual([
    ['a', 'success', true],
    ['bad', 'failure', true],
    ['other', 'error', false],
    ['top', 'failure', false],
  ]);
  expect(report.jobs[1]?.error).toContain('oops');
  const path = report.jobs[0]?.outputs['intermediates'] ?? '';
  await ci.retain(report.stream, { paths: [path], builds: [] });
  const remove = () => execute('nix-store', ['--delete', path], { env: nixEnv });
  await expect(remove()).rejects.toThrow(/still alive/);
  expect(await ci.missing([path])).toEqual([]);
  await ci.retain(report.stream, { paths: [], builds: [] });
  await remove();
  expect(await ci.missing([path])).toEqual([path]);
});

test('C9 a cancel ends the builder behind a daemon', async () => {
  const ci = lab.ci({ nixConfig: config });
  const script = `echo $$ > ${lab.file('pid')}; ${sleep(300)}`;
  const request = lab.request(await lab.commit(lab.flake(`{ a = job "a" "${script}"; }`)));
  await ci.start(request);
  const builder = await eventually(
    async () => Number((await readFile(lab.file('pid'), 'utf8').catch(() => '')).trim()),
    'the builder',
  );
  await ci.cancel(request);
  expect(await lab.finished(ci, request)).toMatchObject({ error: { kind: 'cancelled' } });
  // The daemon sees that its client has gone, and ends the builder by itself.
  await eventually(async () => {
    const stat = await processStat(builder);
    return stat === null || stat.state === 'Z';
  }, 'the builder to be gone');
});

test('C6 a missing path of ours is recognised through a daemon too', async () => {
  const ci = lab.ci({ nixConfig: config });
  const gone = `/nix/store/${'1'.repeat(32)}-gone-intermediates`;
  const cache = `builtins.appendContext "${gone}" { "${gone}" = { path = true; }; }`;
  const flake = lab.flake(`{ a = salted { name = "a"; cache = ${cache}; }; }`);
  const request = lab.request(await lab.commit(flake), { cachePaths: [gone] });
  const { error } = await lab.build(ci, request);
  expect(error).toMatchObject({ kind: 'missing-path', paths: [gone] });
});
