import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stateText } from '../../machines/fold.ts';
import { callbackActions } from '../doubles/typhon/actions.ts';
import { githubFlakes, type Flakes } from '../doubles/typhon/flakes.ts';
import type { Evaluation } from '../doubles/typhon/records.ts';
import { ScriptedWork, scriptedJob } from '../doubles/typhon/scripted-work.ts';
import { TyphonDouble } from '../doubles/typhon/typhon-double.ts';
import type { EvaluatedJob, Work } from '../doubles/typhon/work.ts';
import type { Pull } from '../doubles/github/state.ts';
import {
  beginAtGitHub,
  callbackSecret,
  type GitHubStory,
  type GitHubStoryOptions,
} from '../github/github-story.ts';

export const projectSecret = 'the-secret-of-the-project';

export interface TyphonStoryOptions extends Omit<GitHubStoryOptions, 'ci' | 'whole'> {
  /** The whole configuration, for a Typhon at that URL. */
  readonly whole?: (own: Record<string, unknown>, url: string) => unknown;
  /** How often Typhon is polled; the default is ten times a second. */
  readonly pollEvery?: string;
}

/**
 * The real service over a GitHub and a stock Typhon, configured as the README says: both see the same bare repository,
 * which is a project of Typhon's, and whose actions call the service back.
 */
export class TyphonStory<W extends Work> {
  readonly at: GitHubStory;
  readonly typhon: TyphonDouble;
  readonly work: W;

  /** Typhon's name for the repository. */
  readonly project: string;

  constructor(at: GitHubStory, typhon: TyphonDouble, work: W) {
    this.at = at;
    this.typhon = typhon;
    this.work = work;
    const [configured] = at.config.repositories;
    this.project = configured?.project ?? '';
    // Where the service is, is known only once it runs; its first build may be under way before `start` has ended.
    typhon.actions = (call) =>
      callbackActions(`${at.url}/ci/${configured?.ci ?? ''}`, callbackSecret)(call);
  }

  async start(): Promise<void> {
    await this.at.start();
  }

  /** Waits until Typhon has nothing to do, and the service neither. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await this.typhon.settled();
      await this.at.settle();
    }
  }

  /** Waits until it has a verdict and is in that state, and for whatever else comes of what led to it. */
  async rest(of: number | string, state: string): Promise<void> {
    await this.at.untilSo(`${of} has its verdict`, async () => {
      const { snapshot } = await this.at.service.engine.state(this.at.stream(of));
      return snapshot.context.verdict !== null && stateText(snapshot.value) === state;
    });
    await this.settle();
  }

  /** Typhon's evaluations of a commit, oldest first. */
  evaluationsOf(commit: string): Evaluation[] {
    return this.typhon.evaluations.filter(({ revision }) => revision === commit);
  }

  /** The pushes that Typhon was told of: `orthrus/pr-1 created 1a2b3c4`. */
  announced(): string[] {
    return this.typhon.webhooks.map(({ branch, before, after }) => {
      if (/^0+$/.test(after)) return `${branch} deleted`;
      return `${branch} ${/^0+$/.test(before) ? 'created' : 'moved'} ${after.slice(0, 7)}`;
    });
  }

  /** A pull request's newest overlay, once it is another one than `last`. */
  async overlay(number: number, last: string | null = null): Promise<string> {
    let commit = last;
    await this.at.untilSo('a new overlay', async () => {
      const newest = (await this.at.context(number)).overlays.at(-1);
      commit = newest?.commit ?? last;
      return commit !== last;
    });
    return commit ?? '';
  }

  /** Waits until Typhon could not be asked for a build. */
  async startFails(): Promise<void> {
    await this.at.untilSo('Typhon could not be asked', async () => {
      const row = await this.at.service.log.db
        .selectFrom('effects')
        .select('id')
        .where('type', '=', 'build.start')
        .where('last_error', 'is not', null)
        .executeTakeFirst();
      return row !== undefined;
    });
  }

  /** The cache file at a pull request's tip. */
  cache(number: number): string {
    const tip = this.at.tip(number);
    return tip === null ? '' : this.at.repository.git.show(tip, 'cache.nix');
  }
}

/** A story that ends with its test; the service is not started yet. */
export async function beginWithTyphon<W extends Work>(
  work: W,
  options: TyphonStoryOptions = {},
  flakes: (repository: string) => Flakes = () => githubFlakes('o/r'),
): Promise<TyphonStory<W>> {
  const { pollEvery = '100ms', repository, whole, ...rest } = options;
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-secrets-'));
  const file = (name: string, content: string): { file: string } => {
    writeFileSync(join(directory, name), content);
    return { file: join(directory, name) };
  };
  const projects: Record<string, { repository: string; flakes: Flakes }> = {};
  const typhon = await TyphonDouble.start({
    projects,
    webhookSecret: projectSecret,
    password: 'it',
    work,
  });
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  onTestFinished(() => typhon.close());
  const at = await beginAtGitHub({
    ...rest,
    ...(whole === undefined ? {} : { whole: (own) => whole(own, typhon.url) }),
    repository: { project: 'demo', branches: ['main'], ...repository },
    ci: {
      config: {
        kind: 'typhon',
        url: typhon.url,
        webhookSecret: file('webhook', projectSecret),
        callbackSecret: file('callback', callbackSecret),
        pollEvery,
      },
    },
  });
  const { bare } = at.repository.git;
  const story = new TyphonStory(at, typhon, work);
  projects[story.project] = { repository: bare, flakes: flakes(bare) };
  return story;
}

/**
 * #1 by Ada on a main branch that nobody builds, announced to a Typhon that evaluates as the test says. Nothing of it is
 * waited for.
 * @param prepare what the test does before the pull request is opened
 */
export async function openWithTyphon(
  options: TyphonStoryOptions = {},
  prepare: (story: TyphonStory<ScriptedWork>) => Promise<void> | void = () => {},
): Promise<{ story: TyphonStory<ScriptedWork>; base: string; head: string; pull: Pull }> {
  const story = await beginWithTyphon(new ScriptedWork(), {
    ...options,
    repository: { branches: [], ...options.repository },
  });
  const base = await story.at.pushMain({ 'a.c': 'base' });
  await story.start();
  await prepare(story);
  const { pull, head } = await story.at.open('feature', base, { 'a.c': 'first' });
  return { story, base, head, pull };
}

/** Job names to words that stand for all that a job's derivation depends on. */
export function jobs(words: Readonly<Record<string, string>>): EvaluatedJob[] {
  return Object.entries(words).map(([name, word]) => scriptedJob(name, word));
}
