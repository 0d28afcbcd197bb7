import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Repository } from '../repository.ts';
import { Changes } from './changes.ts';
import { type AskedBuild, ScriptedWork } from './scripted-work.ts';
import type { TyphonOptions } from './typhon.ts';
import { TyphonDouble } from './typhon-double.ts';
import type { EvaluatedJob, Work } from './work.ts';

export const secret = 'webhook secret';
export const password = 'admin password';
export const zeros = '0'.repeat(40);

/** What a response was, without its headers. */
export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** A double of one project, `demo`, with the repository it builds; both end with the test. */
export class Scene<W extends Work> {
  readonly repository: Repository;
  readonly typhon: TyphonDouble;
  readonly work: W;

  constructor(repository: Repository, typhon: TyphonDouble, work: W) {
    this.repository = repository;
    this.typhon = typhon;
    this.work = work;
  }

  /** A commit on a branch of its own. @returns its sha */
  branch(name: string, files: Readonly<Record<string, string>> = {}): string {
    const commit = this.repository.commit(null, files);
    this.repository.push(`refs/heads/${name}`, commit);
    return commit;
  }

  /** Announces a push as GitHub would, and waits for the answer. */
  async announce(
    branch: string,
    before: string,
    after: string,
    signal?: AbortSignal,
  ): Promise<Answered> {
    const body = JSON.stringify({ ref: `refs/heads/${branch}`, before, after });
    return await this.webhook(body, {}, signal);
  }

  async webhook(
    body: string,
    headers: Record<string, string> = {},
    signal: AbortSignal | null = null,
  ): Promise<Answered> {
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    return await this.ask('/api/projects/demo/webhook', {
      method: 'POST',
      body,
      signal,
      headers: {
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${signature}`,
        ...headers,
      },
    });
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answered> {
    const response = await fetch(`${this.typhon.url}${path}`, options);
    return { status: response.status, text: await response.text() };
  }

  async get(path: string): Promise<unknown> {
    const { status, text } = await this.ask(path);
    if (status !== 200) throw new Error(`${String(status)} ${text}`);
    return JSON.parse(text);
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    return await this.ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Listens to the events until the test ends. */
  async listen(): Promise<Listener> {
    const listener = new Listener(await fetch(`${this.typhon.url}/api/events`));
    await listener.until((events) => events.length === 1, 'the first event');
    return listener;
  }
}

/** What somebody heard who listened to the events. */
export class Listener {
  readonly heard: unknown[] = [];
  isCut = false;
  readonly #changes = new Changes();

  constructor(response: Response) {
    void this.#read(response);
  }

  /** The names of the events, in order. */
  get names(): string[] {
    return this.heard.map((event) =>
      typeof event === 'object' && event !== null ? (Object.keys(event)[0] ?? '') : String(event),
    );
  }

  async until(look: (names: readonly string[]) => boolean, what: string): Promise<void> {
    await this.#changes.until(() => look(this.names), what);
  }

  async cut(): Promise<void> {
    await this.#changes.until(() => this.isCut, 'the end of the events');
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.heard.push(JSON.parse(line));
        this.#changes.notify();
      }
    } catch {
      // Cut off.
    }
    this.isCut = true;
    this.#changes.notify();
  }
}

export async function sceneOf<W extends Work>(
  work: W,
  options: Partial<TyphonOptions> = {},
): Promise<Scene<W>> {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-typhon-test-'));
  mkdirSync(join(directory, 'srv'));
  const repository = new Repository(join(directory, 'srv'), 'owner/demo');
  const typhon = await TyphonDouble.start({
    projects: { demo: { repository: repository.bare } },
    webhookSecret: secret,
    password,
    work,
    ...options,
  });
  onTestFinished(async () => {
    await typhon.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return new Scene(repository, typhon, work);
}

export function scripted(options: Partial<TyphonOptions> = {}): Promise<Scene<ScriptedWork>> {
  return sceneOf(new ScriptedWork(), options);
}

export interface Building {
  readonly scene: Scene<ScriptedWork>;
  readonly listener: Listener;
  /** What the branch `main` is at. */
  readonly tip: string;
  readonly build: AskedBuild;
  /** Where the evaluation is to be read. */
  readonly path: string;
}

/** A branch that is evaluated to one job, which is being built. */
export async function building(job: EvaluatedJob): Promise<Building> {
  const scene = await scripted();
  scene.work.evaluates = () => ({ jobs: [job] });
  const listener = await scene.listen();
  const tip = scene.branch('main');
  await scene.announce('main', zeros, tip);
  const build = await scene.work.askedBuild(job.drv);
  const evaluation = scene.typhon.evaluations[0];
  if (evaluation === undefined) throw new Error('nothing was evaluated');
  return { scene, listener, tip, build, path: `/api/evaluations/${evaluation.uuid}` };
}
