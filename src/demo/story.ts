import { join } from 'node:path';
import { duration, shortSha } from '../../machines/describe.ts';
import type { BuildJob } from '../log/build-jobs.ts';
import type { RunningService } from './running-service.ts';
import { startService } from './running-service.ts';
import type { ShownBuild } from './watch.ts';
import { Watch } from './watch.ts';
import { git, pushChange, rootsOf, type Workspace } from './workspace.ts';

const head = 'refs/pull/1/head';
const branch = 'refs/heads/orthrus/pr-1';

/** What a step came to: what there is to tell, and what did not come out as it should. */
export interface Told {
  readonly lines: readonly string[];
  readonly wrong: readonly string[];
}

export interface DemoStep {
  readonly title: string;
  run(): Promise<Told>;
}

/** The whole story, one step after another; each sees what the ones before it did. */
export class DemoStory {
  readonly #workspace: Workspace;
  readonly #port: number;
  readonly #program: readonly string[];
  #service: RunningService | null = null;
  #watch: Watch | null = null;
  #main = '';
  /** Heads of the pull request, oldest first. */
  readonly #heads: string[] = [];
  #coldMilliseconds = 0;
  #stream = '';

  constructor(workspace: Workspace, port: number, program: readonly string[]) {
    this.#workspace = workspace;
    this.#port = port;
    this.#program = program;
  }

  get service(): RunningService {
    if (this.#service === null) throw new Error('the service does not run');
    return this.#service;
  }

  /** The pull request's stream, once it is known. */
  get stream(): string {
    return this.#stream;
  }

  async end(): Promise<void> {
    await this.#watch?.close();
    await this.#service?.stop();
  }

  readonly steps: readonly DemoStep[] = [
    { title: 'main is built, cold', run: () => this.#buildMain() },
    { title: 'a pull request opens, seeded from main', run: () => this.#open() },
    { title: 'a push that changes one file', run: () => this.#oneFile() },
    { title: 'a push that changes the README only', run: () => this.#readmeOnly() },
    { title: 'a push that does not compile', run: () => this.#broken() },
    { title: 'a force-push that mends it', run: () => this.#mended() },
    { title: 'the service is killed in the middle of a build', run: () => this.#killed() },
    { title: 'the pull request closes', run: () => this.#close() },
  ];

  async #buildMain(): Promise<Told> {
    this.#main = pushChange(this.#workspace, {
      parent: null,
      ref: 'refs/heads/main',
      message: 'LevelDB and its Snappy',
    });
    this.#service = await startService(this.#workspace, this.#port, this.#program);
    this.#watch = await Watch.open(join(this.#workspace.directory, 'orthrus.db'));
    const build = await this.watch.settled('main', this.#main);
    this.#coldMilliseconds = jobOf(build, 'leveldb')?.milliseconds ?? 0;
    return {
      lines: [`the service runs at ${this.service.url}`, ...told(build)],
      wrong: complaints([
        [build.verdict === 'success', 'main is not green'],
        [build.jobs.length === 2, 'main has not two jobs'],
      ]),
    };
  }

  async #open(): Promise<Told> {
    const build = await this.#push('Count the tables', {
      append: { 'leveldb/db/table_cache.cc': '\nint orthrus_demo_tables() { return 1; }\n' },
    });
    this.#stream = (await this.watch.row(1))?.stream ?? '';
    const snappy = jobOf(build, 'snappy');
    return {
      lines: told(build),
      wrong: complaints([
        [build.verdict === 'success', 'it is not green'],
        [snappy?.built === false, 'snappy was built, though nothing of it changed'],
        [snappy?.reason.startsWith('unchanged') === true, `snappy's reason is ${snappy?.reason}`],
        [
          jobOf(build, 'leveldb')?.reason === `from main at ${shortSha(this.#main)}`,
          'leveldb did not start from main',
        ],
      ]),
    };
  }

  async #oneFile(): Promise<Told> {
    const build = await this.#push('Count the writes', {
      append: { 'leveldb/db/db_impl.cc': '\nint orthrus_demo_writes() { return 2; }\n' },
    });
    const warm = jobOf(build, 'leveldb')?.milliseconds ?? Number.POSITIVE_INFINITY;
    const ratio = warm / this.#coldMilliseconds;
    return {
      lines: [
        ...told(build),
        `leveldb: ${duration(warm)} warm against ${duration(this.#coldMilliseconds)} cold, ${ratio.toFixed(2)} of it`,
      ],
      wrong: complaints([
        [build.verdict === 'success', 'it is not green'],
        [ratio < 0.5, 'the warm build took more than half of the cold one'],
        [jobOf(build, 'snappy')?.built === false, 'snappy was built'],
      ]),
    };
  }

  async #readmeOnly(): Promise<Told> {
    const build = await this.#push('Say more', { append: { 'README.md': '\nOne more line.\n' } });
    return {
      lines: told(build),
      wrong: complaints([
        [build.verdict === 'success', 'it is not green'],
        [build.jobs.every((job) => job.built === false), 'something was built'],
      ]),
    };
  }

  async #broken(): Promise<Told> {
    const before = this.#cacheFile();
    const build = await this.#push('Almost', {
      append: { 'leveldb/db/db_impl.cc': '\nthis does not compile\n' },
    });
    return {
      lines: told(build),
      wrong: complaints([
        [build.verdict === 'failure', 'it is not red'],
        [jobOf(build, 'leveldb')?.state === 'failure', 'leveldb did not fail'],
        [this.#cacheFile() === before, 'the cache was not kept as it was'],
      ]),
    };
  }

  async #mended(): Promise<Told> {
    const broken = this.#heads.at(-1) ?? '';
    const build = await this.#push(
      'Exactly',
      { append: { 'leveldb/db/db_impl.cc': '\nint orthrus_demo_exactly() { return 3; }\n' } },
      this.#heads.at(-2),
    );
    const { bare } = this.#workspace;
    const parents = git(bare, 'rev-list', '--parents', '-n', '1', build.commit).split(' ').slice(1);
    const history = git(bare, 'rev-list', branch).split('\n');
    return {
      lines: [...told(build), 'the branch began anew: nothing of the dropped commit is in it'],
      wrong: complaints([
        [build.verdict === 'success', 'it is not green'],
        [parents.length === 1 && parents[0] === build.head, 'the overlay has another parent'],
        [!history.includes(broken), 'the dropped commit is still in the branch'],
        [
          jobOf(build, 'leveldb')?.reason.startsWith("from #1's build") === true,
          'leveldb was not warm',
        ],
        [jobOf(build, 'snappy')?.built === false, 'snappy was built'],
      ]),
    };
  }

  async #killed(): Promise<Told> {
    const pushed = this.#commit('A wider slice', {
      prepend: { 'leveldb/include/leveldb/slice.h': '// orthrus demo\n#define ORTHRUS_DEMO 1\n' },
    });
    await this.watch.until('the build to begin', async () => {
      const build = (await this.watch.builds(this.#stream)).findLast((one) => one.head === pushed);
      return build?.jobs.some((job) => job.name === 'leveldb' && job.state === 'pending') === true;
    });
    await this.service.kill();
    this.#service = await startService(this.#workspace, this.#port, this.#program);
    const build = await this.watch.settled(1, pushed);
    const ofHead = (await this.watch.builds(this.#stream)).filter((one) => one.head === pushed);
    return {
      lines: ['kill -9, and started again: the build had gone on, and was joined', ...told(build)],
      wrong: complaints([
        [build.verdict === 'success', 'it is not green'],
        [ofHead.length === 1, 'a second overlay was made'],
      ]),
    };
  }

  async #close(): Promise<Told> {
    git(this.#workspace.clone, 'push', '--quiet', 'origin', `:${head}`);
    await this.watch.until('the pull request to be closed', async () => {
      const row = await this.watch.row(1);
      return row?.state === 'closed' && rootsOf(this.#workspace, this.#stream).length === 0;
    });
    const refs = git(this.#workspace.bare, 'for-each-ref', '--format=%(refname)');
    return {
      lines: ['the cache branch is gone, and nothing of it is kept in the store'],
      wrong: complaints([[!refs.includes(branch), 'the cache branch is still there']]),
    };
  }

  get watch(): Watch {
    if (this.#watch === null) throw new Error('the service has not run yet');
    return this.#watch;
  }

  #commit(
    message: string,
    change: Pick<Parameters<typeof pushChange>[1], 'append' | 'prepend'>,
    parent: string = this.#heads.at(-1) ?? this.#main,
  ): string {
    const commit = pushChange(this.#workspace, { parent, ref: head, message, ...change });
    this.#heads.push(commit);
    return commit;
  }

  async #push(
    message: string,
    change: Pick<Parameters<typeof pushChange>[1], 'append' | 'prepend'>,
    parent?: string,
  ): Promise<ShownBuild> {
    return this.watch.settled(1, this.#commit(message, change, parent));
  }

  #cacheFile(): string {
    return git(this.#workspace.bare, 'show', `${branch}:cache.nix`);
  }
}

function jobOf(build: ShownBuild, name: string): BuildJob | undefined {
  return build.jobs.find((job) => job.name === name);
}

function told(build: ShownBuild): string[] {
  return [
    `${shortSha(build.head)}: ${build.verdict ?? 'no verdict'}; ${build.description}`,
    ...build.jobs.map((job) => {
      const time =
        job.built === false || job.milliseconds === null ? 'not built' : duration(job.milliseconds);
      return `  ${job.name.padEnd(8)} ${job.state.padEnd(8)} ${time.padEnd(10)} ${job.reason}`;
    }),
  ];
}

function complaints(checks: readonly (readonly [holds: boolean, complaint: string])[]): string[] {
  return checks.filter(([holds]) => !holds).map(([, complaint]) => complaint);
}
