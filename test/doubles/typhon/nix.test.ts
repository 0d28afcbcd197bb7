import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sceneOf, type Scene, zeros } from './fixture.ts';
import { NixWork } from './nix-work.ts';
import { targetOf } from './flakes.ts';

const one = '1'.repeat(40);

/** A project whose jobs are this Nix code; `job "name" "script"` has an `intermediates` too, and is built nowhere else. */
async function project(): Promise<{
  scene: Scene<NixWork>;
  flake: (jobs: string) => string;
  salt: string;
}> {
  const scene = await sceneOf(new NixWork());
  const salt = randomBytes(8).toString('hex');
  const flake = (jobs: string): string => `{ outputs = { self }: let
    job = name: script: derivation {
      name = "\${name}-${salt}"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "intermediates" ];
      args = [ "-c" "echo building \${name}; \${script}; echo \${name} > $out; echo \${name} > $intermediates" ];
    };
    in { typhonJobs = ${jobs}; }; }`;
  return { scene, flake, salt };
}

test('jobs are evaluated and built by Nix, all of their outputs, and once', async () => {
  const { scene, flake, salt } = await project();
  const { typhon } = scene;
  const code = flake('{ good = job "good" ":"; bad = job "bad" "exit 1"; }');
  const tip = scene.branch('main', { 'flake.nix': code });
  await scene.announce('main', zeros, tip);
  await typhon.settled();
  expect(typhon.built.toSorted()).toEqual([`bad-${salt}`, `good-${salt}`]);
  const jobs = Object.fromEntries(
    (typhon.evaluations[0]?.jobs ?? []).map((job) => [job.name, job]),
  );
  expect(jobs['good']?.runs[0]?.build?.task.kind).toBe('success');
  expect(jobs['bad']?.runs[0]?.build?.task.kind).toBe('failure');
  const { out = '', intermediates = '' } = jobs['good']?.outputs ?? {};
  expect([existsSync(out), existsSync(intermediates)]).toEqual([true, true]);
  expect(jobs['good']?.out).toBe(out);
  const log = await scene.ask(`/api/builds/${jobs['bad']?.runs[0]?.build?.uuid ?? ''}/log`);
  expect(log.text).toBe('building bad\n');

  // Another commit of the same sources: the old build is shown, and only what had failed is tried again.
  const next = scene.branch('main', { 'flake.nix': code, README: 'more' });
  await scene.announce('main', tip, next);
  await typhon.settled();
  expect(typhon.built.slice(2)).toEqual([`bad-${salt}`]);
  expect(typhon.evaluations[1]).toMatchObject({ revision: next });
  expect(typhon.evaluations[1]?.jobs.map((job) => job.runs[0]?.build?.task.kind)).toEqual([
    'failure',
    'success',
  ]);
});

test('a revision that no branch has any more is evaluated all the same', async () => {
  const { scene, flake, salt } = await project();
  const hold = scene.typhon.faults.holdWebhook('lock');
  const tip = scene.branch('main', { 'flake.nix': flake('{ only = job "only" ":"; }') });
  const answer = scene.announce('main', zeros, tip);
  await hold.reached;
  // It is locked, and the branch is rewritten before Nix comes to it.
  hold.release();
  await scene.typhon.until(() => scene.typhon.evaluations.length === 1, 'the evaluation');
  scene.branch('main', { 'flake.nix': 'broken' });
  await answer;
  await scene.typhon.settled();
  expect(scene.typhon.built).toEqual([`only-${salt}`]);
  expect(targetOf(scene.typhon.evaluations[0]?.url ?? '')).toEqual({ revision: tip });
});

test('a dependency is built, but its log is not the log of the job', async () => {
  const { scene, flake, salt } = await project();
  const code = '{ app = (job "app" "cat ${job "dep" ":"}") ; }';
  await scene.announce('main', zeros, scene.branch('main', { 'flake.nix': flake(code) }));
  await scene.typhon.settled();
  expect(scene.typhon.built).toEqual([`dep-${salt}`, `app-${salt}`]);
  const { text } = await scene.ask(`/api/builds/${scene.typhon.builds[0]?.uuid ?? ''}/log`);
  expect(text).toMatch(/^building app\n/);
  expect(text).not.toMatch(/building dep/);
});

test('what cannot be evaluated fails with what Nix says', async () => {
  const { scene, flake } = await project();
  await scene.announce(
    'main',
    zeros,
    scene.branch('main', { 'flake.nix': flake('{ a = throw "no luck"; }') }),
  );
  await scene.typhon.settled();
  expect(scene.typhon.evaluations[0]?.task.kind).toBe('failure');
  const { text } = await scene.ask(
    `/api/evaluations/${scene.typhon.evaluations[0]?.uuid ?? ''}/log`,
  );
  expect(text).toMatch(/stderr: ".*error: no luck/);
});

test('a build is ended when it is cancelled, and with the process', async () => {
  const { scene, flake, salt } = await project();
  const { typhon } = scene;
  const code = flake('{ one = job "one" "/bin/sleep 600"; two = job "two" "/bin/sleep 600"; }');
  await scene.announce('main', zeros, scene.branch('main', { 'flake.nix': code }));
  const logged = (index: number): Promise<unknown> =>
    typhon.until(() => typhon.built.length > index, 'two builds');
  await typhon.until(() => typhon.evaluations[0]?.task.kind === 'success', 'the evaluation');
  await logged(1);
  typhon.cancelBuild(typhon.builds[0]?.uuid ?? '');
  await typhon.until(() => typhon.calls.length === 3, 'the end of the first');
  await typhon.restart();
  expect(typhon.builds.map((build) => build.task.kind)).toEqual(['canceled', 'pending']);
  expect(typhon.built.toSorted()).toEqual([`one-${salt}`, `two-${salt}`]);
  expect(typhon.jobsets('demo')).toEqual(['main']);
  expect(await scene.announce('main', one, zeros)).toMatchObject({ status: 200 });
});
