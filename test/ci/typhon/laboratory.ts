import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { TyphonCiOptions } from '../../../src/ci/typhon/options.ts';
import { typhonCi } from '../../../src/ci/typhon/typhon-ci.ts';
import type { BuildName, BuildReport, BuildRequest, Ci, CiMessage } from '../../../src/ports/ci.ts';
import { TestWorld } from '../../doubles/test-world.ts';
import { callbackActions } from '../../doubles/typhon/actions.ts';
import { type Scene, sceneOf, secret } from '../../doubles/typhon/fixture.ts';
import { NixWork } from '../../doubles/typhon/nix-work.ts';
import { ScriptedWork } from '../../doubles/typhon/scripted-work.ts';
import { bodyOf } from '../../doubles/typhon/serve.ts';
import type { TyphonOptions } from '../../doubles/typhon/typhon.ts';
import type { Work } from '../../doubles/typhon/work.ts';

export const callbackSecret = 'callback secret';
export const stream = 'github:1#12';
export const branch = 'orthrus/pr-12';
export const ref = `refs/heads/${branch}`;
/** Longer than any test: what is found, is found without polling. */
export const never = 3_600_000;
/** As often as can be. */
export const always = 15;

type Empty = false | null | undefined;

/** What `look` finds, once it finds something. */
export async function eventually<T>(
  look: () => Promise<T | Empty> | T | Empty,
  what: string,
): Promise<T> {
  for (const end = Date.now() + 60_000; ; ) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A Typhon of one project, `demo`, and CIs over one state directory that drive it. */
export class Laboratory<W extends Work> {
  readonly scene: Scene<W>;
  readonly stateDir = mkdtempSync(join(tmpdir(), 'orthrus-typhon-ci-'));
  readonly world = new TestWorld();
  readonly reports: BuildReport[] = [];
  readonly warnings: string[] = [];
  /** What `begin` and `end` told, once `callBack` was called. */
  readonly messages: CiMessage[] = [];
  private readonly open: Ci[] = [];

  constructor(scene: Scene<W>) {
    this.scene = scene;
    onTestFinished(async () => {
      for (const ci of this.open) await ci.close();
      rmSync(this.stateDir, { recursive: true, force: true });
    });
  }

  get typhon() {
    return this.scene.typhon;
  }

  get work(): W {
    return this.scene.work;
  }

  ci(overrides: Partial<TyphonCiOptions> = {}): Ci {
    const ci = typhonCi({
      url: this.typhon.url,
      webhookSecret: secret,
      callbackSecret,
      pollEvery: never,
      stateDir: this.stateDir,
      world: this.world,
      listener: (report) => void this.reports.push(report),
      warn: (message) => void this.warnings.push(message),
      ...overrides,
    });
    this.open.push(ci);
    return ci;
  }

  /** A commit of its own on the cache branch. */
  commit(files: Readonly<Record<string, string>> = {}, on = branch): string {
    return this.scene.branch(on, files);
  }

  request(commit: string, overrides: Partial<BuildRequest> = {}): BuildRequest {
    return {
      stream,
      commit,
      attempt: 1,
      repository: 'owner/demo',
      project: 'demo',
      remote: this.scene.repository.bare,
      ref,
      patient: false,
      cachePaths: [],
      ...overrides,
    };
  }

  reported(
    ci: Ci,
    build: BuildName,
    is: (report: BuildReport) => boolean,
    what: string,
  ): Promise<BuildReport> {
    return eventually(async () => {
      const report = await ci.report(build);
      return report !== null && is(report) && report;
    }, what);
  }

  finished(ci: Ci, build: BuildName): Promise<BuildReport> {
    return this.reported(ci, build, ({ phase }) => phase === 'finished', 'the end of the build');
  }

  async build(ci: Ci, request: BuildRequest): Promise<BuildReport> {
    await ci.start(request);
    return await this.finished(ci, request);
  }

  /** Typhon's actions tell this CI, as they would through `POST /ci/typhon`. */
  async callBack(ci: Ci): Promise<void> {
    const server = createServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const message = ci.read({ headers, body: Buffer.from(body) });
        if (!('ignored' in message)) {
          await ci.take(message);
          this.messages.push(message);
        }
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    this.typhon.actions = callbackActions(`http://127.0.0.1:${String(port)}/`, callbackSecret);
  }

  /** The webhooks so far: what was announced. */
  announced(): string[] {
    return this.typhon.webhooks.map(({ branch: of, before, after }) => {
      if (/^0+$/.test(after)) return `deleted ${of}`;
      return `${/^0+$/.test(before) ? 'created' : 'moved'} ${of} ${after.slice(0, 7)}`;
    });
  }
}

export async function scriptedLab(
  options: Partial<TyphonOptions> = {},
): Promise<Laboratory<ScriptedWork>> {
  return new Laboratory(await sceneOf(new ScriptedWork(), options));
}

export async function nixLab(): Promise<Laboratory<NixWork>> {
  return new Laboratory(await sceneOf(new NixWork()));
}
