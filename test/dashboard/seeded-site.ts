import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { openService, type Service } from '../../src/service.ts';
import { seed } from './seed.ts';
import { SeededWorld } from './seeded-world.ts';

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
  const service = await openService(config, { world, logger: pino({ level: 'silent' }) });
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
