import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { readLog } from '../../src/log/database.ts';
import { bundle } from '../bundle.ts';
import { NixStory, nixConfig } from '../scenarios/nix-story.ts';
import { cacheOf } from '../scenarios/opening.ts';

/** The real program, over the story's repository, to be killed and begun again. */
class Victim {
  readonly story = new NixStory();
  readonly #program: string;
  #child: ChildProcess | null = null;

  constructor(program: string) {
    this.#program = program;
    const config = {
      listen: { port: 0 },
      retry: { base: '10ms', max: '100ms' },
      // A round that fails at a start, over a lock that a dying git has left, is made up for by the next one.
      reconcileEvery: '5s',
      forges: { here: { kind: 'git', root: 'root' } },
      ci: { nix: { kind: 'nix', nixConfig } },
      repositories: [{ forge: 'here', name: 'o/r', ci: 'nix' }],
    };
    writeFileSync(this.#configFile, JSON.stringify(config));
  }

  get #configFile(): string {
    return join(this.story.directory, 'orthrus.json');
  }

  /** What all its lives have logged. */
  get #told(): string {
    return join(this.story.directory, 'told.log');
  }

  begin(): void {
    const told = openSync(this.#told, 'a');
    this.#child = spawn(process.execPath, [this.#program, 'serve', '--config', this.#configFile], {
      stdio: ['ignore', told, told],
    });
    closeSync(told);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /**
   * Begins it and kills it again and again, each time a little after it has recorded something more, then lets it come
   * to its end. @returns how often it was killed on the way
   */
  async suffer(times: number, stream: string, state: string, head: string): Promise<number> {
    const isThere = (row: Row | null): boolean => row?.state === state && row.head === head;
    const limit = Date.now() + 180_000;
    for (let kills = 0; ; kills += 1) {
      const before = (await this.#read(stream))?.version ?? 0;
      await this.kill();
      this.begin();
      for (;;) {
        if (Date.now() > limit)
          throw new Error(
            `${stream} does not become ${state}: ${readFileSync(this.#told, 'utf8').slice(-5000)}`,
          );
        const row = await this.#read(stream);
        if (isThere(row)) return kills;
        if (kills < times && (row?.version ?? 0) > before) break;
        await pause(20);
      }
      await pause(randomInt(0, 250));
    }
  }

  async #read(stream: string): Promise<Row | null> {
    const log = await readLog(this.story.config.database.file).catch(() => null);
    if (log === null) return null;
    try {
      const row = await log.db
        .selectFrom('pulls')
        .select(['state', 'head', 'version'])
        .where('stream', '=', stream)
        .executeTakeFirst();
      return row ?? null;
    } finally {
      await log.close();
    }
  }
}

interface Row {
  readonly state: string;
  readonly head: string | null;
  readonly version: number;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Each status of a commit once: an identical one may repeat. Durations vary. */
function verdicts(story: NixStory, head: string): string[] {
  const notes = story.repository.git('notes', '--ref=orthrus', 'show', head).split('\n');
  const said = notes
    .filter((line) => line !== '')
    .map((line) => {
      const { context, state, description }: Record<string, string> = JSON.parse(line);
      return `${context} ${state}: ${description?.replace(/^[0-9].*?, |\(cold took .*?\)/g, '')}`;
    });
  return said.filter((line, at) => line !== said[at - 1]);
}

test('G1 killed with -9 at random moments of its life, with real Nix, it ends where it would have', async () => {
  const program = await bundle('src/cli/main.ts');
  const victim = new Victim(program.file);
  const { story } = victim;
  const { repository } = story;
  repository.isHeard = true;
  onTestFinished(async () => {
    await victim.kill();
    program.clear();
    execFileSync('sh', ['-c', 'sleep 0.3']);
    rmSync(story.directory, { recursive: true, force: true });
  });
  const base = story.pushMain(story.files());
  const first = story.pushPull(1, base, { 'app/text': 'two' });
  // Streams are named by what the forge would give the repository.
  repository.git('config', 'orthrus.id', 'victim');
  let kills = await victim.suffer(6, story.stream(1), 'idle', first);
  await victim.suffer(0, story.stream('main'), 'idle', base);
  // main and #1 may have been built in either order, but every derivation once.
  const built = story.built();
  expect(new Set(built)).toEqual(new Set(['app', 'doc', 'lib']));
  expect(built.filter((job) => job === 'app')).toHaveLength(2);
  expect(built).toHaveLength(4);
  expect(repository.changed(first, story.tip(1))).toEqual(['cache.nix', 'commit.txt']);
  expect(verdicts(story, first)).toEqual([
    `orthrus pending: building ${first.slice(0, 7)}`,
    expect.stringMatching(/^orthrus success: /),
  ]);

  const second = story.pushPull(1, first, { 'lib/text': 'two' });
  kills += await victim.suffer(5, story.stream(1), 'idle', second);
  expect(story.built()).toEqual(['lib']);
  const tip = story.tip(1);
  expect(repository.changed(second, tip)).toEqual(['cache.nix', 'commit.txt']);
  const jobs = story.evaluate(tip, story.branch(1));
  const cache = cacheOf(story, tip) ?? {};
  for (const job of ['app', 'doc', 'lib']) expect(cache[job]?.drv).toBe(jobs[job]?.drv);
  expect(verdicts(story, second)).toEqual([
    `orthrus pending: building ${second.slice(0, 7)}`,
    expect.stringMatching(/^orthrus success: .*1 of 3 jobs built$/),
  ]);
  // One overlay a head, and one commit that records what each left.
  const line = repository.git('log', '--first-parent', '--format=%s', tip, `^${second}`);
  expect(line.split('\n').map((subject) => subject.split(' ')[0])).toEqual([
    'Record',
    'Overlay',
    'Record',
    'Overlay',
  ]);

  story.closePull(1);
  kills += await victim.suffer(2, story.stream(1), 'closed', second);
  expect(kills).toBeGreaterThan(4);
  expect(repository.at(story.branch(1))).toBeNull();
  expect(story.built()).toEqual([]);
}, 480_000);
