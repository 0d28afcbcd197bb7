import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../github/github-story.ts';
import { NixStory, nixConfig } from '../scenarios/nix-story.ts';
import { pointsOf, reachedBy } from './points.ts';
import { childProgram } from './program.ts';
import { type Manner, Victim } from './victim.ts';

let program: Awaited<ReturnType<typeof childProgram>>;
beforeAll(async () => {
  program = await childProgram();
});
afterAll(() => program.clear());

const hour = 3_600_000;
const token = 'CRASH_OPERATOR_TOKEN';

const known = z.object({ jobs: z.array(z.object({ name: z.string(), state: z.string() })) });

/** A repository on a git server, and the real service with the machine's own Nix in a process that dies. */
class Near {
  readonly story: NixStory;
  readonly victim: Victim;
  readonly #url: string;

  constructor(story: NixStory, port: number, manner: Manner) {
    this.story = story;
    this.victim = new Victim(program.file, { ...story, port }, manner);
    this.#url = `http://127.0.0.1:${port}`;
    // Streams are named by what the forge would give the repository.
    story.repository.git('config', 'orthrus.id', 'victim');
    story.repository.isHeard = true;
  }

  async rest(of: number | string, state: string, head: string): Promise<void> {
    await this.victim.rest(this.story.stream(of), { state, head });
  }

  get cache(): string {
    return this.story.repository.show(this.story.branch(1), 'cache.nix');
  }

  /** A commit with one more job, which builds until its gate is opened. */
  gated(parent: string, job: string): string {
    const { story } = this;
    const gate = this.#gate(job);
    const builder = `args = [ "-c" "echo ${job} >> ${story.countFile}; while [ ! -e ${gate} ]; do /bin/sleep 0.05; done; for output in $outputs; do eval \\"echo > \\\\$$output\\"; done" ];`;
    const jobs = `{ app = job "app"; lib = job "lib"; doc = job "doc"; ${job} = with' { ${builder} } "${job}"; }`;
    return story.pushPull(1, parent, {
      'flake.nix': story.flake(jobs),
      [`${job}/text`]: 'one',
    });
  }

  openGate(job: string): void {
    writeFileSync(this.#gate(job), '');
  }

  #gate(job: string): string {
    return join(this.story.directory, `gate-${job}`);
  }

  /** Its builder has begun. */
  async begun(job: string): Promise<void> {
    const { countFile } = this.story;
    const isIn = (): boolean =>
      existsSync(countFile) && readFileSync(countFile, 'utf8').split('\n').includes(job);
    await this.victim.until(`${job} is being built`, async () => isIn());
  }

  /** All jobs of the newest build but that one are known to have been built. */
  async allBut(job: string): Promise<void> {
    const stream = this.story.stream(1);
    await this.victim.until(`all but ${job} are built`, async (log) => {
      const { context } = await log.db
        .selectFrom('snapshots')
        .select('context')
        .where('stream', '=', stream)
        .executeTakeFirstOrThrow();
      const { jobs } = known.parse(JSON.parse(context));
      return (
        jobs.length === 4 &&
        jobs.every(({ name, state }) => (name === job) !== (state === 'success'))
      );
    });
  }

  /** Asks as an operator, once: who gets no answer looks whether it was taken. */
  async rebuild(): Promise<void> {
    await fetch(`${this.#url}/api/pulls/here/o/r/1/rebuild`, {
      method: 'POST',
      headers: { authorization: `Bearer ${process.env[token]}` },
    }).catch(() => null);
    await this.victim.heard(this.story.stream(1), 'rebuild.requested');
  }
}

async function near(manner: Manner): Promise<Near> {
  process.env[token] = 'operator-token-of-the-story';
  const story = new NixStory({
    config: {
      ci: { nix: { kind: 'nix', nixConfig, parallel: 4 } },
      // What is pushed while it is up it hears of first, however slow its rounds are; each start has one of its own.
      reconcileEvery: '15s',
      operatorToken: { env: token },
    },
    repository: { coldRetry: false },
  });
  const it = new Near(story, await freePort(), manner);
  onTestFinished(async () => {
    for (const job of ['slow', 'slower']) it.openGate(job);
    await it.victim.end();
    await story.end();
  });
  return it;
}

/** A pull request's life, with what a person sees of it in the end. */
async function live(manner: Manner): Promise<{ seen: unknown; deaths: string[] }> {
  const it = await near(manner);
  const { story, victim } = it;
  const { repository } = story;
  const base = story.pushMain(story.files());
  victim.begin();
  await it.rest('main', 'idle', base);
  const built = [story.built()];
  const caches: string[] = [];
  const look = (): void => {
    built.push(story.built());
    caches.push(it.cache);
  };

  const first = story.pushPull(1, base, { 'app/text': 'two' });
  await it.rest(1, 'idle', first);
  look();
  // Its verdict is bad, which is put right when the head is left.
  const second = story.pushPull(1, first, { 'lib/text': 'broken' });
  await it.rest(1, 'idle', second);
  look();
  await it.rebuild();
  await it.rest(1, 'idle', second);
  look();

  // Forced away from that; and while it builds the clock goes wrong, something newer comes, and the clock is set right.
  const third = it.gated(base, 'slow');
  await it.begun('slow');
  await it.rest(1, 'building', third);
  await victim.setClock(hour);
  const fourth = it.gated(third, 'slower');
  await it.begun('slower');
  await it.rest(1, 'building', fourth);
  // Nothing more is heard before the clock is looked at.
  await it.allBut('slower');
  await victim.setClock(0);
  await victim.until('its deadline is by the clock as it is', async (log) => {
    const rows = await log.db
      .selectFrom('effects')
      .select('run_at')
      .where('type', '=', 'timer.finish')
      .where('done_at', 'is', null)
      .execute();
    return rows.every(({ run_at: due }) => due <= Date.now() + 6 * hour);
  });
  await victim.diedAt('the clock set back');
  await it.rest(1, 'building', fourth);
  // It does not end within its time, and then it does.
  await victim.setClock(8 * hour);
  await it.rest(1, 'idle', fourth);
  it.openGate('slower');
  await victim.until('the cache is recorded', async () => it.cache.includes('-slower-'));
  await it.rest(1, 'idle', fourth);
  look();
  const line = repository.git('log', '--first-parent', '--format=%s', 'orthrus/pr-1');
  const moves = story.pushes(1);

  story.closePull(1);
  await it.rest(1, 'closed', fourth);
  const heads = [base, first, second, third, fourth];
  const statuses = heads.map((head) => said(story, head));
  const tip = repository.at(story.branch(1));
  // Long after.
  await victim.setClock(200 * 24 * hour);
  await victim.until('it is pruned', async (log) => {
    const rows = await log.db.selectFrom('snapshots').select('stream').execute();
    return rows.every(({ stream }) => stream !== story.stream(1));
  });
  await victim.diedAt('a stream pruned');
  await victim.end();

  const names = new Map(heads.map((head, at) => [head.slice(0, 7), `head${at}`]));
  // No two lives have the same derivations.
  const named = (text: string): string =>
    [...names]
      .reduce((told, [sha, name]) => told.replaceAll(sha, name), text)
      .replaceAll(/\/nix\/store\/[a-z0-9]{32}-/g, '');
  return {
    deaths: victim.deaths(),
    seen: {
      built,
      caches: caches.map(named),
      line: named(line),
      moves: moves.length,
      tip,
      statuses: statuses.map((lines) => lines.map(named)),
    },
  };
}

/** Each status of a commit once: an identical one may repeat. Durations vary. */
function said(story: NixStory, head: string): string[] {
  const notes = story.repository.git('notes', '--ref=orthrus', 'show', head).split('\n');
  const lines = notes
    .filter((note) => note !== '')
    .map((note) => {
      const { context, state, description }: Record<string, string> = JSON.parse(note);
      const what = description
        ?.replace(/^[0-9].*?, /, '')
        .replace(/\(cold took .*?\)/, '(cold took a while)');
      return `${context} ${state}: ${what}`;
    });
  return lines.filter((text, at) => text !== lines[at - 1]);
}

test('G1 killed after every point of a life at a git server with real Nix, it ends where it would have', async () => {
  const calm = await live('lives');
  expect(calm.deaths).toEqual([]);
  const killed = await live('dies');
  const reached = reachedBy(killed.deaths);
  expect(pointsOf('git').filter((point) => !reached.has(point))).toEqual([]);
  expect(killed.seen).toEqual(calm.seen);
}, 1_500_000);
