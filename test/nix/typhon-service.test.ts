import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { realWorld } from '../../src/real-world.ts';
import { openService } from '../../src/service.ts';
import { Repository } from './repository.ts';
import { TyphonProject } from './typhon-project.ts';

const secret = 'the secret of calls';
const commit = 'c'.repeat(40);

let folder: string;
let project: TyphonProject;
let job: { readonly drv: string; readonly out: string; readonly intermediates: string };
let close: () => Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orthrus-actions-'));
  writeFileSync(join(folder, 'secret'), secret);
  const config = parseConfig(
    {
      forges: { here: { kind: 'git', root: folder } },
      ci: {
        typhon: {
          kind: 'typhon',
          url: 'http://127.0.0.1:1',
          webhookSecret: { file: 'secret' },
          callbackSecret: { file: 'secret' },
        },
      },
      repositories: [],
    },
    folder,
  );
  const service = await openService(config, {
    world: realWorld,
    logger: pino({ level: 'silent' }),
  });
  const http = createApp(service);
  const server = await listen(http.app, { host: '127.0.0.1', port: 0 });
  close = async () => {
    http.close();
    await server.close();
    await service.stop();
  };
  project = await TyphonProject.create(`orthrusUrl = "${server.url}";`);
  const repository = await Repository.create({
    'flake.nix': `{ outputs = _: { typhonJobs.hello = derivation {
      name = "hello"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "intermediates" ];
    }; }; }`,
  });
  const { hello } = await repository.evaluate(await repository.commit());
  if (hello === undefined) throw new Error('no job');
  job = hello;
  await repository.destroy();
});
afterAll(async () => {
  await close();
  await project.destroy();
  rmSync(folder, { recursive: true });
});

const end = (secrets: object) =>
  project.run('end', {
    input: {
      drv: job.drv,
      evaluation: '0190163d-3a8e-7c6b-8f2d-1c1e5bb5a8a5',
      flake: true,
      job: 'hello',
      jobset: 'orthrus/pr-12',
      out: job.intermediates,
      project: 'p',
      status: 'success',
      url: `github:owner/repo/${commit}?narHash=sha256-AAAA%3D`,
    },
    secrets,
  });

/** Everything that the service has kept of calls. */
function kept(): string {
  const state = join(folder, 'state');
  return readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

it('D5 a call that is signed with another secret is refused by the service, and the action goes on', async () => {
  const ran = await end({ orthrus_callback_secret: 'another' });
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  expect(ran.stderr).toMatch(/^orthrus: not told: .*\/ci\/typhon answered 401\n$/);
  expect(kept()).not.toContain(job.drv);
});

it('C11 the service learns all outputs from the end action, where Typhon names an arbitrary one', async () => {
  expect(await end({ orthrus_callback_secret: secret })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  const state = kept();
  for (const path of [job.drv, job.out, job.intermediates]) expect(state).toContain(path);
  expect(state).not.toContain(secret);
});
