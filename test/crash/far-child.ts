import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLogger } from '../../src/cli/logger.ts';
import type { Config } from '../../src/config/schema.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { realWorld } from '../../src/real-world.ts';
import { adapters, openService } from '../../src/service.ts';
import { OnceEach } from './once-each.ts';

/**
 * The whole service with its HTTP side, over a GitHub and a Typhon that outlive it. It dies at each point once, or not at
 * all. SIGTERM ends it.
 *
 *     far-child DIRECTORY PORT dies|lives      with the configuration, parsed, in `config.json`
 */
const [directory = '', port = '', manner = ''] = process.argv.slice(2);
const config: Config = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
const points = new OnceEach(join(directory, 'points'));
const dies = manner === 'dies';
const service = await openService(config, {
  world: realWorld,
  logger: makeLogger({
    level: process.env['STORY_LOG'] === undefined ? 'fatal' : 'debug',
    secrets: [],
    isTerminal: false,
    destination: process.stderr,
  }),
  adapters: dies
    ? {
        ...adapters,
        forge: (...of) => points.forge(adapters.forge(...of)),
        mirror: async (...of) => points.mirror(await adapters.mirror(...of)),
        ci: (...of) => points.ci(adapters.ci(...of)),
      }
    : adapters,
});
if (dies) points.events(service.engine);
const http = createApp(service);
const server = await listen(http.app, { host: '127.0.0.1', port: Number(port) });
process.on('SIGTERM', () => process.exit(0));
await service.start(server.url);
await service.reconciler.run();
