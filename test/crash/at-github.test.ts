import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readLog } from '../../src/log/database.ts';
import { startGitHub } from '../doubles/github/start.ts';
import { TestWorld } from '../doubles/test-world.ts';
import { callbackActions } from '../doubles/typhon/actions.ts';
import { githubFlakes, type Flakes } from '../doubles/typhon/flakes.ts';
import { ScriptedWork } from '../doubles/typhon/scripted-work.ts';
import { TyphonDouble } from '../doubles/typhon/typhon-double.ts';
import { callbackSecret, freePort, GitHubStory } from '../github/github-story.ts';
import { jobs } from '../typhon/typhon-story.ts';
import { bundle } from './bundle.ts';

let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle('test/crash/far-child.ts');
});
afterAll(() => program.clear());

/** Before each try of Typhon's actions to tell the service, which is often dead. */
const waits = [0, 250, 500, 1000, 2000, 4000];

const projectSecret = 'the-secret-of-the-project';

/** A GitHub and a Typhon of this process, and the real service in another, which is begun again whenever it dies. */
class Far {
  readonly story: GitHubStory;
  readonly typhon: TyphonDouble;
  readonly #arguments: string[];
  #child: ChildProcess | null = null;
  deaths = 0;

  constructor(story: GitHubStory, typhon: TyphonDouble, port: number, manner: 'dies' | 'lives') {
    this.story = story;
    this.typhon = typhon;
    this.#arguments = [program.file, story.directory, String(port), manner];
    writeFileSync(join(story.directory, 'config.json'), JSON.stringify(story.config));
  }

  begin(): void {
    const child = spawn(process.execPath, this.#arguments, {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL' || this.#child !== child) {
        if (this.#child === child) throw new Error(`it ended with ${code}`);
        return;
      }
      this.deaths += 1;
      this.begin();
    });
  }

  async end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Waits until #1 is in that state with that head, nothing is to be done any more, and Typhon rests too. */
  async rest(state: string, head: string): Promise<void> {
    const limit = Date.now() + 90_000;
    for (let quiet = 0; quiet < 2; ) {
      if (Date.now() > limit) throw new Error(`#1 does not become ${state} after ${this.deaths}`);
      await this.story.github.settled();
      await this.typhon.settled();
      quiet = (await this.#isAt(state, head)) ? quiet + 1 : 0;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }

  async #isAt(state: string, head: string): Promise<boolean> {
    const log = await readLog(this.story.config.database.file).catch(() => null);
    if (log === null) return false;
    try {
      const pull = await log.db
        .selectFrom('pulls')
        .select(['state', 'head'])
        .where('number', '=', 1)
        .executeTakeFirst();
      const busy = await log.db
        .selectFrom('effects')
        .select('id')
        .where('kind', '=', 'effect')
        .where('done_at', 'is', null)
        .executeTakeFirst();
      return pull?.state === state && pull.head === head && busy === undefined;
    } finally {
      await log.close();
    }
  }
}

async function far(work: ScriptedWork, manner: 'dies' | 'lives'): Promise<Far> {
  const projects: Record<string, { repository: string; flakes: Flakes }> = {};
  const typhon = await TyphonDouble.start({
    projects,
    webhookSecret: projectSecret,
    password: 'it',
    work,
  });
  onTestFinished(() => typhon.close());
  const world = new TestWorld();
  const github = await startGitHub({ now: () => world.now() });
  const port = await freePort();
  typhon.actions = (call) =>
    callbackActions(`http://127.0.0.1:${port}/ci/ci`, callbackSecret, waits)(call);
  process.env['CRASH_PROJECT_SECRET'] = projectSecret;
  process.env['CRASH_CALLBACK_SECRET'] = callbackSecret;
  const story = new GitHubStory(github, world, port, {
    repository: { project: 'demo', coldRetry: false },
    config: { publicUrl: undefined, reconcileEvery: '1s', database: 'sqlite:orthrus.db' },
    ci: {
      config: {
        kind: 'typhon',
        url: typhon.url,
        webhookSecret: { env: 'CRASH_PROJECT_SECRET' },
        callbackSecret: { env: 'CRASH_CALLBACK_SECRET' },
        pollEvery: '100ms',
      },
    },
  });
  projects['demo'] = { repository: story.repository.git.bare, flakes: githubFlakes('o/r') };
  const started = new Far(story, typhon, port, manner);
  onTestFinished(async () => {
    await started.end();
    await story.end();
  });
  return started;
}

/** A life at GitHub and Typhon, and what a person sees of it in the end. */
async function live(manner: 'dies' | 'lives'): Promise<{ seen: unknown; deaths: number }> {
  const work = new ScriptedWork();
  work.builds = (drv) => (drv.includes('bad') ? 'failure' : 'success');
  work.evaluates = () => ({ jobs: jobs({ app: 'first', lib: 'base' }) });
  const it = await far(work, manner);
  const { story, typhon } = it;
  const { github, repository } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  it.begin();
  const { pull, head: first } = await story.open('feature', base, { 'a.c': 'first' });
  await it.rest('idle', first);
  const caches = [cache(story)];

  story.world.advance(2000);
  work.evaluates = () => ({ jobs: jobs({ bad: 'second', lib: 'base' }) });
  const second = repository.git.commit(first, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await it.rest('idle', second);
  caches.push(cache(story));

  story.world.advance(2000);
  work.evaluates = () => ({ jobs: jobs({ app: 'third', lib: 'base' }) });
  const third = repository.git.commit(base, { 'a.c': 'third' });
  await github.people.update(pull, third);
  await it.rest('idle', third);
  caches.push(cache(story));
  const line = repository.git.git('log', '--first-parent', '--format=%s', 'orthrus/pr-1');

  await github.people.comment(pull, '/orthrus status', 'ada');
  await it.rest('idle', third);
  await github.people.close(pull);
  await it.rest('closed', third);
  await it.end();

  const names = new Map(
    [first, second, third].map((sha, at) => [sha.slice(0, 7), `head${at + 1}`]),
  );
  const named = (text: string): string =>
    [...names].reduce((told, [sha, name]) => told.replaceAll(sha, name), text);
  const lines = github.ledger.transcript().map(named);
  const statuses = lines
    .filter((told) => told.startsWith('status '))
    .map((told) => told.replace(/(success|failure): [0-9][^,]*, /, '$1: '))
    .map((told) => told.replace(/\(cold took [^)]*\)/, '(cold took a while)'));
  return {
    deaths: it.deaths,
    seen: {
      caches,
      line: named(line),
      tip: story.tip(1),
      // An identical status may repeat.
      statuses: statuses.filter((told, at) => told !== statuses[at - 1]),
      pushes: lines.filter((told) => told.startsWith('push ')).length,
      comments: lines.filter((told) => told.startsWith('comment ')).length,
      built: typhon.built,
      // That a revision is evaluated again is allowed; another revision is not.
      evaluated: new Set(typhon.evaluations.map(({ revision }) => revision)).size,
      jobsets: typhon.jobsets('demo'),
    },
  };
}

function cache({ repository }: GitHubStory): string {
  return repository.git.show('orthrus/pr-1', 'cache.nix');
}

test('G1 killed after every call and every event of a life at GitHub and Typhon, it ends where it would have', async () => {
  const calm = await live('lives');
  expect(calm.deaths).toBe(0);
  expect(calm.seen).toMatchObject({ tip: null, comments: 1, jobsets: [] });
  const killed = await live('dies');
  expect(killed.deaths).toBeGreaterThan(40);
  expect(killed.seen).toEqual(calm.seen);
}, 300_000);
