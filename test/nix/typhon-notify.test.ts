import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Repository } from './repository.ts';
import { type Ran, TyphonProject } from './typhon-project.ts';
import { type Received, Receiver } from './typhon-receiver.ts';

const secret = "the callback's secret";

let answer: (request: Received, count: number) => { status: number } | 'hang up';
let orthrus: Receiver;
let project: TyphonProject;
let job: { readonly drv: string; readonly out: string; readonly intermediates: string };

beforeAll(async () => {
  orthrus = await Receiver.create((request, count) => answer(request, count));
  project = await TyphonProject.create(`orthrusUrl = "${orthrus.url}"; ci = "our-typhon";`);
  const repository = await Repository.create({
    'flake.nix': `{
      outputs = _: {
        typhonJobs.hello = derivation {
          name = "hello";
          system = "x86_64-linux";
          builder = "/bin/sh";
          outputs = [ "out" "intermediates" ];
          text = "a bracket ], a quote \\", and (\\"out\\",\\"/nix/store/evil\\",";
        };
      };
    }`,
  });
  const { hello } = await repository.evaluate(await repository.commit());
  if (hello === undefined) throw new Error('no job');
  job = hello;
  await repository.destroy();
});
afterAll(async () => {
  await project.destroy();
  await orthrus.close();
});
afterEach(() => orthrus.received.splice(0));

/** As Typhon gives it, and `out` whichever output it took for that. */
const input = (status: string) => ({
  drv: job.drv,
  evaluation: '0190163d-3a8e-7c6b-8f2d-1c1e5bb5a8a5',
  flake: true,
  job: 'hello "$(touch owned)" größe',
  jobset: 'orthrus/pr-12',
  out: job.intermediates,
  project: 'p',
  status,
  url: `github:owner/repo/${'1'.repeat(40)}?narHash=sha256-AAAA%3D`,
});

const run = (action: 'begin' | 'end', status: string, drv = job.drv): Promise<Ran> =>
  project.run(action, {
    input: { ...input(status), drv },
    secrets: { orthrus_callback_secret: secret, github_token: 'another secret' },
  });

/** The body, if it is signed. */
function verified({ headers, body }: Received): unknown {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  expect(headers['x-orthrus-signature-256']).toBe(`sha256=${signature}`);
  return JSON.parse(body.toString('utf8'));
}

describe('the begin and end actions', () => {
  it.each([
    ['begin', 'pending'],
    ['end', 'success'],
    ['end', 'failure'],
    ['end', 'canceled'],
  ] as const)(
    '%s with status %s tells Orthrus, signed over the raw bytes',
    async (action, status) => {
      answer = () => ({ status: 202 });
      expect(await run(action, status)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(orthrus.received).toHaveLength(1);
      expect(orthrus.received[0]).toMatchObject({
        method: 'POST',
        url: '/ci/our-typhon',
        headers: { 'content-type': 'application/json' },
      });
      expect(orthrus.received.map(verified)).toEqual([
        {
          action,
          input: input(status),
          outputs: { out: job.out, intermediates: job.intermediates },
        },
      ]);
    },
  );

  it('F3 passes no secret on', async () => {
    answer = () => ({ status: 202 });
    await run('end', 'success');
    const [request] = orthrus.received;
    const all = JSON.stringify(request?.headers) + String(request?.body);
    expect(all).not.toContain(secret);
    expect(all).not.toContain('another secret');
  });

  it('C11 names no output when the derivation is gone, or is none', async () => {
    answer = () => ({ status: 202 });
    const gone = `${job.drv.replace(/hello\.drv$/, '')}gone.drv`;
    for (const drv of [gone, `${import.meta.dirname}/typhon-notify.test.ts`])
      expect(await run('end', 'success', drv)).toMatchObject({ code: 0 });
    expect(orthrus.received.map(verified)).toMatchObject([{ outputs: {} }, { outputs: {} }]);
  });

  it('E1 tries again after an error and a broken connection, with the same bytes', async () => {
    answer = (_, count) =>
      count === 1 ? { status: 503 } : count === 2 ? 'hang up' : { status: 202 };
    expect(await run('end', 'success')).toMatchObject({ code: 0 });
    expect(orthrus.received).toHaveLength(3);
    expect(new Set(orthrus.received.map(({ body }) => body.toString('hex'))).size).toBe(1);
  });

  it('says so and goes on when Orthrus refuses, without asking again', async () => {
    answer = () => ({ status: 401 });
    expect(await run('end', 'success')).toEqual({
      code: 0,
      stdout: '',
      stderr: `orthrus: not told: ${orthrus.url}/ci/our-typhon answered 401\n`,
    });
    expect(orthrus.received).toHaveLength(1);
  });

  it('says so and goes on when there is no secret to sign with', async () => {
    const ran = await project.run('begin', { input: input('pending'), secrets: {} });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('no orthrus_callback_secret');
    expect(orthrus.received).toEqual([]);
  });
});

describe('a project with actions of its own', () => {
  it('runs them after ours, with the same input, also when Orthrus is down', async () => {
    const own = `
      begin = [ ];
      end = [ { x86_64-linux = derivation {
        name = "own"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
        args = [ "-c" ''mkdir -p $out/bin
          printf '#!/bin/sh\\n/bin/cat >&2\\n' >$out/bin/action; chmod +x $out/bin/action'' ];
      }; } ];`;
    // Nobody listens on port 1.
    const alone = await TyphonProject.create(`orthrusUrl = "http://127.0.0.1:1"; ${own}`);
    const given = { input: input('success'), secrets: { orthrus_callback_secret: secret } };
    const ran = await alone.run('end', given);
    await alone.destroy();
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('orthrus: not told: http://127.0.0.1:1/ci/typhon answered 000\n');
    expect(ran.stderr).toContain(JSON.stringify(given));
  });

  it('tells nobody with the switch off', async () => {
    const plain = await TyphonProject.create(`orthrusUrl = "${orthrus.url}"; incremental = false;`);
    const given = { input: input('success'), secrets: { orthrus_callback_secret: secret } };
    expect(await plain.run('end', given)).toEqual({ code: 0, stdout: '', stderr: '' });
    await plain.destroy();
    expect(orthrus.received).toEqual([]);
  });
});
