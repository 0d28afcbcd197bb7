import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Pull } from '../doubles/github/state.ts';
import { startGitHub } from '../doubles/github/start.ts';
import { TestWorld } from '../doubles/test-world.ts';
import { callbackActions } from '../doubles/typhon/actions.ts';
import { githubFlakes, type Flakes } from '../doubles/typhon/flakes.ts';
import { type AskedBuild, ScriptedWork } from '../doubles/typhon/scripted-work.ts';
import { TyphonDouble } from '../doubles/typhon/typhon-double.ts';
import { callbackSecret, freePort, GitHubStory } from '../github/github-story.ts';
import { jobs } from '../typhon/typhon-story.ts';
import { pointsOf, reachedBy } from './points.ts';
import { childProgram } from './program.ts';
import { type Manner, Victim } from './victim.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';

let program: Awaited<ReturnType<typeof childProgram>>;
beforeAll(async () => {
  program = await childProgram();
});
afterAll(() => program.clear());

/** Before each try of Typhon's actions to tell the service, which is dead more often than not: milliseconds. */
const waits = [0, ...Array.from({ length: 100 }, () => 250)];
const projectSecret = 'the-secret-of-the-project';
const postStatus = 'POST /repos/{owner}/{repo}/statuses/{sha}';
const postComment = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const minute = 60_000;

/** A GitHub and a Typhon of this process, and the real service in another. */
class Far {
  readonly story: GitHubStory;
  readonly typhon: TyphonDouble;
  readonly work: ScriptedWork;
  readonly victim: Victim;

  constructor(
    of: { readonly story: GitHubStory; readonly typhon: TyphonDouble; readonly work: ScriptedWork },
    port: number,
    manner: Manner,
  ) {
    const { directory, config, github } = of.story;
    this.story = of.story;
    this.typhon = of.typhon;
    this.work = of.work;
    this.victim = new Victim(program.file, { directory, config, port }, manner, {
      around: async () => {
        await github.settled();
        // Its actions may have to wait for the service for longer than it waits for them.
        return of.typhon.settled().then(
          () => true,
          () => false,
        );
      },
      stayDownAt: 'a lane held',
    });
  }

  async rest(state: string, head: string): Promise<void> {
    await this.victim.rest(this.story.stream(1), { state, head });
  }

  /** The pull request is pushed to, and its jobs depend on these words then. */
  async push(pull: Pull, parent: string, words: Readonly<Record<string, string>>): Promise<string> {
    this.story.world.advance(2000);
    await nextSecond();
    this.work.evaluates = () => ({ jobs: jobs(words) });
    const text = JSON.stringify(words);
    const head = this.story.repository.git.commit(parent, { 'a.c': text });
    await this.story.github.people.update(pull, head);
    return head;
  }

  /** The build that waits to be decided, however often the service dies before it is asked for. */
  async asked(name: string): Promise<AskedBuild> {
    for (;;) {
      const build = await this.work.askedBuild(name).catch(() => null);
      if (build !== null) return build;
    }
  }

  /** Waits until the start of an attempt's build was tried in vain, or has lost its reason. */
  async start(attempt: number, became: 'failed' | 'moot'): Promise<void> {
    await this.victim.until(`the start of ${attempt} is ${became}`, async (log) => {
      const rows = await log.db
        .selectFrom('effects')
        .select(['params', 'last_error', 'outcome'])
        .where('type', '=', 'build.start')
        .execute();
      return rows.some(
        ({ params, last_error: error, outcome }) =>
          Reflect.get(JSON.parse(params), 'attempt') === attempt &&
          (became === 'moot' ? outcome === 'moot' : outcome === null && error !== null),
      );
    });
  }

  get cache(): string {
    return this.story.repository.git.show('orthrus/pr-1', 'cache.nix');
  }
}

async function far(manner: Manner): Promise<Far> {
  const work = new ScriptedWork();
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
    permissions: {
      contents: 'write',
      statuses: 'write',
      pull_requests: 'write',
      issues: 'write',
      repository_hooks: 'write',
    },
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
  const started = new Far({ story, typhon, work }, port, manner);
  onTestFinished(async () => {
    await started.victim.end();
    await story.end();
  });
  return started;
}

/** A life at GitHub and Typhon, and what a person sees of it in the end. */
async function live(manner: Manner): Promise<{ seen: unknown; deaths: string[] }> {
  const it = await far(manner);
  const { story, typhon, work, victim } = it;
  const { github, repository, world } = story;
  work.builds = (drv) => (drv.includes('bad') ? 'failure' : 'success');
  work.evaluates = () => ({ jobs: jobs({ app: 'first', lib: 'base' }) });
  const base = await story.pushMain({ 'a.c': 'base' });
  victim.begin();
  const caches: string[] = [];

  github.faults.add({ trouble: { kind: 'status', status: 502 }, on: 'git push' });
  const { pull, head: first } = await story.open('feature', base, { 'a.c': 'first' });
  await it.rest('idle', first);
  caches.push(it.cache);

  const second = await it.push(pull, first, { bad: 'second', lib: 'base' });
  await it.rest('idle', second);
  caches.push(it.cache);

  // Forced away from that; and for a while no status may be written.
  const denied = { kind: 'status', status: 403 } as const;
  const fault = github.faults.add({ trouble: denied, on: postStatus, times: Infinity });
  const third = await it.push(pull, base, { app: 'third', lib: 'base' });
  await it.rest('idle', third);
  await victim.until('it was tried again', async () => fault.used > 2);
  fault.end();
  await victim.until('it is said', async () => story.statuses(third)['orthrus'] !== undefined);
  await it.rest('idle', third);
  caches.push(it.cache);

  // What builds is replaced by what cannot be asked for, and that by what can.
  work.builds = (drv) => (drv.includes('slow') ? null : 'success');
  const fourth = await it.push(pull, third, { slow: 'fourth', lib: 'base' });
  const slow = await it.asked('slow');
  await victim.heard(story.stream(1), 'build.progressed', 4);
  typhon.faults.failing = ({ method }) => method === 'POST';
  const fifth = await it.push(pull, fourth, { app: 'fifth', lib: 'base' });
  await it.start(5, 'failed');
  const sixth = await it.push(pull, fifth, { app: 'sixth', lib: 'base' });
  await it.start(5, 'moot');
  typhon.faults.failing = () => false;
  // Typhon cannot be told to end a build.
  slow.succeed();
  await it.rest('idle', sixth);
  caches.push(it.cache);
  const line = repository.git.git('log', '--first-parent', '--format=%s', 'orthrus/pr-1');

  // Nothing else goes on: one who dies with what it has been told, before it is kept, cannot know of it. Who has kept it
  // is begun again when the wait is over.
  const limit = { kind: 'limit', as: '429', seconds: 600 } as const;
  github.faults.add({ trouble: limit, on: postComment });
  await github.people.comment(pull, '/orthrus status', 'ada');
  await victim.until('the lane is held', async (log) => {
    const row = await log.db.selectFrom('lanes').select('lane').executeTakeFirst();
    return row !== undefined;
  });
  await victim.diedAt('a lane held');
  world.advance(11 * minute);
  await victim.setClock(11 * minute);
  await it.rest('idle', sixth);
  await github.people.comment(pull, '/orthrus rebuild', 'ada');
  await victim.heard(story.stream(1), 'rebuild.requested');
  await it.rest('idle', sixth);
  await github.people.close(pull);
  await it.rest('closed', sixth);
  await victim.end();

  const heads = [first, second, third, fourth, fifth, sixth];
  const names = new Map(heads.map((sha, at) => [sha.slice(0, 7), `head${at + 1}`]));
  const named = (text: string): string =>
    [...names].reduce((told, [sha, name]) => told.replaceAll(sha, name), text);
  const lines = github.ledger.transcript().map(named);
  const statuses = lines
    .filter((told) => told.startsWith('status '))
    .map((told) => told.replace(/(success|failure): [0-9][^,]*, /, '$1: '))
    .map((told) => told.replace(/\(cold took [^)]*\)/, '(cold took a while)'));
  return {
    deaths: victim.deaths(),
    seen: {
      caches,
      line: named(line),
      tip: story.tip(1),
      // An identical status may repeat.
      statuses: statuses.filter((told, at) => told !== statuses[at - 1]),
      pushes: lines.filter((told) => told.startsWith('push ')).length,
      comments: lines.filter((told) => told.startsWith('comment ')).length,
      reactions: lines.filter((told) => told.startsWith('reaction ')).length,
      built: typhon.built,
      // That a revision is evaluated again is allowed; another revision is not.
      evaluated: new Set(typhon.evaluations.map(({ revision }) => revision)).size,
      jobsets: typhon.jobsets('demo'),
    },
  };
}

test('G1 killed after every point of a life at GitHub and Typhon, it ends where it would have', async () => {
  const calm = await live('lives');
  expect(calm.deaths).toEqual([]);
  expect(calm.seen).toMatchObject({ tip: null, comments: 1, jobsets: [] });
  const killed = await live('dies');
  const reached = reachedBy(killed.deaths);
  expect(pointsOf('github').filter((point) => !reached.has(point))).toEqual([]);
  expect(killed.seen).toEqual(calm.seen);
}, 1_500_000);
