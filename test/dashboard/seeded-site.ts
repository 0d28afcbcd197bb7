import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { current } from '../../machines/pull-request/context.ts';
import { parseConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { type Adapters, adapters, openService, type Service } from '../../src/service.ts';
import { wrapped } from '../doubles/wrapped.ts';
import { seed } from './seed.ts';
import { observation } from './seeded-lives.ts';
import { seededNow, SeededWorld } from './seeded-world.ts';

/** A site whose log holds some weeks of three repositories: what a person would find there on a busy morning. */
export interface SeededSite {
  readonly url: string;
  readonly service: Service;
  /** Its clock stands until a test puts it forward, so that the same is seen each time. */
  readonly world: SeededWorld;
  /** Ends the HTTP side; `listen` begins it again, at the same address. */
  readonly close: () => Promise<void>;
  readonly listen: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** An operator's token that no page may ever hold. */
export const operatorToken = 'operator-token-of-the-seeded-site';

/** A site for all tests of a file. */
export function shareSeededSite(): () => SeededSite {
  let site: SeededSite | null = null;
  beforeAll(async () => {
    site = await startSeededSite();
  });
  afterAll(() => site?.end());
  return () => {
    if (site === null) throw new Error('only inside of a test');
    return site;
  };
}

/** A pull request of acme/website is opened, or pushed to. */
export async function pushed(
  { service }: SeededSite,
  of: { readonly number: number; readonly title: string; readonly push?: number },
): Promise<void> {
  const { number, title, push = 1 } = of;
  const repository = { id: '4102', name: 'acme/website' };
  await service.engine.record({
    stream: `github:4102#${number}`,
    source: 'webhook',
    event: observation({ repository, number, title, author: 'samir' }, push),
  });
}

/** The build that acme/compiler#1487 waits for ends: its first job fails. */
export async function endBuild({ service }: SeededSite): Promise<void> {
  const stream = 'github:4101#1487';
  const { snapshot } = await service.engine.state(stream);
  const overlay = snapshot.kind === 'pull' ? current(snapshot.context) : null;
  if (overlay?.commit == null) throw new Error(`${stream} has no build`);
  const { commit, attempt } = overlay;
  const jobs = snapshot.context.jobs.map((job, index) => ({
    ...job,
    state: index === 0 ? ('error' as const) : ('success' as const),
  }));
  const event = { type: 'build.finished', commit, attempt, jobs, error: null } as const;
  await service.engine.record({ stream, source: 'ci', event });
}

/** GitHub as it is once it has been asked: it has told how much it may still be. */
const forgeThatTold: Adapters['forge'] = (name, config, around) => {
  const real = adapters.forge(name, config, around);
  const budget = { of: 'token', resource: 'core', remaining: 4371, limit: 5000 };
  return config?.kind === 'github'
    ? wrapped(real, { budgets: () => [{ ...budget, resetAt: seededNow + 37 * 60_000 }] })
    : real;
};

/**
 * The real service over such a log, answering on a real port. Nothing is carried out: the log stays what it is, until a
 * test records more (`service.engine.record`).
 */
export async function startSeededSite(): Promise<SeededSite> {
  process.env['ORTHRUS_SEEDED_TOKEN'] = operatorToken;
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-seeded-'));
  mkdirSync(join(folder, 'root'));
  const secret = { env: 'ORTHRUS_SEEDED_TOKEN' };
  const config = parseConfig(
    {
      operatorToken: secret,
      database: { url: 'sqlite:orthrus.db', synchronous: 'normal' },
      forges: {
        github: { kind: 'github', token: secret, webhookSecret: secret },
        here: { kind: 'git', root: 'root' },
      },
      ci: { nix: { kind: 'nix' } },
      repositories: [
        { forge: 'github', name: 'acme/compiler', ci: 'nix' },
        { forge: 'github', name: 'acme/website', ci: 'nix' },
        { forge: 'here', name: 'tools/fetcher', ci: 'nix' },
      ],
    },
    folder,
  );
  const world = new SeededWorld();
  const service = await openService(config, {
    world,
    logger: pino({ level: 'silent' }),
    adapters: { ...adapters, forge: forgeThatTold },
  });
  await seed(service.log.db);
  let http = createApp(service);
  let server = await listen(http.app, { host: '127.0.0.1', port: 0 });
  const { url } = server;
  const close = async (): Promise<void> => {
    http.close();
    await server.close();
  };
  return {
    url,
    service,
    world,
    close,
    listen: async () => {
      http = createApp(service);
      server = await listen(http.app, { host: '127.0.0.1', port: Number(new URL(url).port) });
    },
    end: async () => {
      await close();
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
