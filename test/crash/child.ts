import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { stateText } from '../../machines/fold.ts';
import { parseConfig } from '../../src/config.ts';
import { realWorld } from '../../src/real-world.ts';
import { adapters, openService } from '../../src/service.ts';
import { Crossings } from './crossings.ts';
import { DiskCi } from './disk-ci.ts';

/**
 * The whole service over a git server, with a CI that is always done: #1 is built; somebody pushes to it; it closes.
 * Killed at its n-th crossing, or not at all (0). Begun again, it goes on where it was.
 *
 *     child DIRECTORY N SECOND-HEAD   → crossings.json, what was seen at each stage in stage-<n>.json
 */
const [directory = '', deadly = '0', second = ''] = process.argv.slice(2);
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
const pullRef = 'refs/pull/1/head';
const stream = (): string => `here:${git('config', 'orthrus.id')}#1`;

async function until(state: string, head: string): Promise<void> {
  for (;;) {
    const { snapshot } = await service.engine.state(stream());
    if (snapshot.context.head === head && stateText(snapshot.value) === state) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Each status once, however often it was said: an identical one may repeat. Durations vary. */
function statuses(head: string): string[] {
  const said = git('notes', '--ref=orthrus', 'show', head)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { context, state, description }: Record<string, string> = JSON.parse(line);
      return `${context} ${state}: ${description?.replace(/^[0-9].*?, /, '')}`;
    });
  return said.filter((line, index) => line !== said[index - 1]);
}

function seen(head: string): Record<string, unknown> {
  const tip = at(branch);
  return {
    ...disk?.told(),
    statuses: statuses(head).map((line) => line.replace(head.slice(0, 7), '<head>')),
    ...(tip === null
      ? { tree: null }
      : {
          tree: git('ls-tree', '-r', tip).replaceAll(head, '<head>'),
          parents: git('log', '--format=%s', '--first-parent', branch).replaceAll(
            /[0-9a-f]{7}/g,
            '…',
          ),
          moves: git('reflog', 'show', branch).split('\n').length,
        }),
    integrity: service.log === undefined ? null : 'open',
  };
}

async function stage(
  number: number,
  enact: () => void,
  state: string,
  head: string,
): Promise<void> {
  const file = join(directory, `stage-${number}.json`);
  if (existsSync(file)) return;
  enact();
  await service.reconciler.run();
  await until(state, head);
  await service.reports.settled();
  await service.engine.settled();
  writeFileSync(file, JSON.stringify(seen(head)));
}

const first = readFileSync(join(directory, 'first'), 'utf8');
await service.start('http://127.0.0.1:9');
await stage(1, () => {}, 'idle', first);
await stage(2, () => git('update-ref', pullRef, second), 'idle', second);
await stage(
  3,
  () => {
    if (at(pullRef) !== null) git('update-ref', '-d', pullRef);
  },
  'closed',
  second,
);
writeFileSync(join(directory, 'crossings'), String(crossings.count));
await service.stop();
