import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLogger } from '../../src/cli/logger.ts';
import type { Config } from '../../src/config/schema.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { realWorld } from '../../src/real-world.ts';
import { adapters, openService } from '../../src/service.ts';
import { OnceEach } from './once-each.ts';

const [story, port = '', manner = ''] = process.argv.slice(2);
if (story !== undefined)
  live(story).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });

/**
 * The whole service with its HTTP side, over a forge and a CI that outlive it. It dies at each point once, or not at all.
 *
 *     child DIRECTORY PORT dies|lives
 *
 * with the configuration, parsed, in `config.json`; and how far the clock is off, milliseconds, in `clock` if it is.
 * Without arguments it is loaded, and that is all.
 */
async function live(directory: string): Promise<void> {
  const config: Config = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
  const clock = join(directory, 'clock');
  const off = existsSync(clock) ? Number(readFileSync(clock, 'utf8')) : 0;
  const points = new OnceEach(join(directory, 'points'));
  const dies = manner === 'dies';
  if (dies) points.writes();
  const service = await openService(config, {
    world: { ...realWorld, now: () => Date.now() + off },
    logger: makeLogger({
      level: process.env['STORY_LOG'] === undefined ? 'fatal' : 'debug',
      secrets: [],
      isTerminal: false,
      destination: process.stderr,
    }),
    adapters: dies
      ? {
          forge: (...of) => points.forge(adapters.forge(...of)),
          mirror: async (...of) => points.mirror(await adapters.mirror(...of)),
          ci: (...of) => points.ci(adapters.ci(...of)),
        }
      : adapters,
  });
  const http = createApp(service);
  const server = await listen(http.app, { host: '127.0.0.1', port: Number(port) });
  await service.start(server.url);
  await service.reconciler.run();
}
