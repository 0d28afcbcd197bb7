import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { stateText } from '../../machines/fold.ts';
import { parseConfig } from '../../src/config.ts';
import { realWorld } from '../../src/real-world.ts';
import { adapters, openService } from '../../src/service.ts';
import { Crossings } from './crossings.ts';
import { DiskCi } from './disk-ci.ts';

/**
 * The whole service over a git server, with a CI that is always done, for one stage of a pull request's life: #1 is built
 * (1); somebody has pushed to it (2); it has been closed (3). Killed at its n-th crossing, or not at all (0). Begun again,
 * it goes on where it was.
 *
 *     child DIRECTORY N STATE HEAD   → `crossings`, and what the world looks like then in `seen.json`
 */
const [directory = '', deadly = '0', state = '', head = ''] = process.argv.slice(2);
const bare = join(directory, 'root', 'o', 'r.git');
const crossings = new Crossings(Number(deadly));
crossings.database();
let disk: DiskCi | null = null;

const config = parseConfig(
  {
    forges: { here: { kind: 'git', root: 'root' } },
    ci: { nix: { kind: 'nix' } },
    retry: { base: '5ms', max: '20ms' },
    database: { url: 'sqlite:orthrus.db', synchronous: 'normal' },
    repositories: [{ forge: 'here', name: 'o/r', ci: 'nix', branches: [] }],
  },
  directory,
);
const service = await openService(config, {
  world: realWorld,
  logger: pino({ level: process.env['STORY_LOG'] ?? 'silent' }, pino.destination(2)),
  adapters: {
    ...adapters,
    forge: (...of) => crossings.forge(adapters.forge(...of)),
    mirror: async (...of) => crossings.mirror(await adapters.mirror(...of)),
    ci: (_name, _config, _around, listener) => {
      disk = new DiskCi(join(directory, 'ci'), listener);
      return crossings.ci(disk);
    },
  },
});

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', bare, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
const at = (ref: string): string | null => {
  try {
    return git('rev-parse', '--verify', '--quiet', ref);
  } catch {
    return null;
  }
};

const branch = 'refs/heads/orthrus/pr-1';

async function isThere(): Promise<boolean> {
  const { snapshot } = await service.engine.state(stream);
  return snapshot.context.head === head && stateText(snapshot.value) === state;
}

/** Each status once, however often it was said: an identical one may repeat. Durations vary. */
function statuses(of: string): string[] {
  const said = git('notes', '--ref=orthrus', 'show', of)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const one: Record<string, string> = JSON.parse(line);
      return `${one['context']} ${one['state']}: ${one['description']?.replace(/^[0-9].*?, /, '')}`;
    });
  return said.filter((line, index) => line !== said[index - 1]);
}

function seen(): Record<string, unknown> {
  const tip = at(branch);
  return {
    ...disk?.told(),
    statuses: statuses(head).map((line) => line.replace(head.slice(0, 7), '<head>')),
    ...(tip === null
      ? { tree: null }
      : {
          tree: git('ls-tree', '-r', tip),
          commits: git('log', '--format=%s', '--first-parent', branch),
          moves: git('reflog', 'show', branch).split('\n').length,
        }),
  };
}

await service.start('http://127.0.0.1:9');
const stream = `here:${git('config', 'orthrus.id')}#1`;
await service.reconciler.run();
while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 2));
await service.reports.settled();
await service.engine.settled();
writeFileSync(join(directory, 'crossings'), String(crossings.count));
writeFileSync(join(directory, 'seen.json'), JSON.stringify(seen()));
await service.stop();
