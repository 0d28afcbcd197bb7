import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openMirror } from '../src/git/open-mirror.ts';
import { Git } from '../src/git/run.ts';
import { type BenchResult, median } from './result.ts';

const files = 50_000;
const rounds = 21;
const branch = 'orthrus/pr-1';

/** Composes and pushes overlays in a repository of 50,000 files, each beside a bare push of the very same commit. */
export async function bench(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'orthrus-bench-'));
  try {
    const directory = join(root, 'repository.git');
    const head = makeRepository(directory);
    let processes = 0;
    const git = new Git({ home: join(root, 'home'), observe: () => (processes += 1) });
    const mirror = await openMirror(git, { kind: 'local', directory });
    const ours: number[] = [];
    const bare: number[] = [];
    const composing: number[] = [];
    let perOverlay = 0;
    let tip: string | null = null;
    for (let round = 0; round < rounds; round += 1) {
      const before = processes;
      await mirror.fetch(head, 'refs/pull/1/head');
      await mirror.isAncestor(head, head);
      await mirror.inspect(head, ['cache.nix', 'commit.txt']);
      const start = performance.now();
      const commit = await mirror.compose({
        head,
        parents: tip === null ? [head] : [tip, head],
        files: [
          { path: 'cache.nix', content: 'null\n' },
          { path: 'commit.txt', content: `${head}\n` },
        ],
        message: `Overlay ${round}\n\nOrthrus-Pull: here:r1#1\n`,
        date: 1_700_000_000_000 + round * 1000,
      });
      const composed = performance.now() - start;
      const pushOurs = async (): Promise<number> => {
        const from = performance.now();
        const result = await mirror.push(branch, commit, tip);
        if (result.outcome !== 'pushed') throw new Error(`round ${round}: ${result.outcome}`);
        return performance.now() - from;
      };
      // The same commit by git alone, onto the same branch from the same tip; by turns first and second, for whoever
      // comes second finds warm caches.
      const rewind = (): void => {
        const old = tip === null ? ['-d', `refs/heads/${branch}`] : [`refs/heads/${branch}`, tip];
        run(directory, ['update-ref', ...old]);
      };
      let pushed: number;
      let alone: number;
      if (round % 2 === 0) {
        pushed = await pushOurs();
        rewind();
        alone = barePush(directory, commit);
      } else {
        alone = barePush(directory, commit);
        rewind();
        pushed = await pushOurs();
      }
      perOverlay = Math.max(perOverlay, processes - before);
      // The first round warms the caches.
      if (round > 0) {
        composing.push(composed);
        ours.push(composed + pushed);
        bare.push(alone);
      }
      tip = commit;
    }
    const ratio = median(ours) / median(bare);
    return [
      {
        name: `overlay composed and pushed, ${files} files`,
        value: round2(median(ours)),
        unit: 'ms',
        ratio: round2(ratio),
        against: `git push of the same commit (${round2(median(bare))} ms)`,
        goal: '<= 1.3',
        ok: ratio <= 1.3,
      },
      {
        name: `overlay composed, ${files} files`,
        value: round2(median(composing)),
        unit: 'ms',
        ratio: null,
        against: null,
        goal: 'for information',
        ok: true,
      },
      {
        name: 'git processes started per overlay (fetch, ancestry, inspect, compose, push)',
        value: perOverlay,
        unit: 'processes',
        ratio: null,
        against: null,
        goal: '<= 6',
        ok: perOverlay <= 6,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Milliseconds that git itself takes. */
function barePush(directory: string, commit: string): number {
  const start = performance.now();
  run(directory, ['push', '--quiet', '--force', directory, `${commit}:refs/heads/${branch}`]);
  return performance.now() - start;
}

function makeRepository(directory: string): string {
  mkdirSync(directory);
  run(directory, ['init', '--quiet', '--bare']);
  const lines = ['blob', 'mark :1', 'data 1', 'x', 'commit refs/pull/1/head'];
  lines.push('committer Ada <ada@example.org> 1600000000 +0000', 'data 1', 'x');
  for (let n = 0; n < files; n += 1) lines.push(`M 100644 :1 d${n % 500}/f${n}`);
  run(directory, ['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  return run(directory, ['rev-parse', 'refs/pull/1/head']).trim();
}

function run(directory: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('git', [`--git-dir=${directory}`, ...args], {
    input,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  });
  if (status !== 0) throw new Error(`git ${args[0] ?? ''}: ${stderr}`);
  return stdout;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const result of await bench()) console.log(JSON.stringify(result));
}
