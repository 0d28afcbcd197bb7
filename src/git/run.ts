import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Credentials, GitRefusal } from '../ports/forge.ts';
import { PortError } from '../ports/port-error.ts';
import {
  credentialEnvironment,
  credentialHelper,
  gitEnvironment,
  prepareHome,
} from './environment.ts';
import { gitFailure, summary } from './failure.ts';
import { lastAnswer, traceEnvironment } from './http-answer.ts';
import { end, ending, type GitEnd, start } from './process.ts';

export type Explain = (refusal: GitRefusal) => Promise<PortError | null>;

export interface GitOptions {
  /** A directory of ours: git's HOME and its one configuration file. Made if it is not there. */
  readonly home: string;
  /** Milliseconds that a command on this disk may take, and one that talks to a remote. */
  readonly timeout?: number;
  readonly networkTimeout?: number;
  /** Asked before every command that talks to a remote over the network; tokens may expire. */
  readonly credentials?: () => Promise<Credentials>;
  /** What a refusal by the other side means; null: what git says of it. */
  readonly explain?: Explain;
  /** Milliseconds since the epoch, by the clock that waits are measured with. */
  readonly now?: () => number;
  /** Told the arguments of every process that is started. */
  readonly observe?: (args: readonly string[]) => void;
}

export interface GitCommand {
  /** What is being done, for the error message: `read the tree`. */
  readonly what: string;
  readonly input?: Buffer | string;
  /** Exit codes that are answers, not failures. Default: 0. */
  readonly codes?: readonly number[] | 'any';
  readonly network?: boolean;
  /** Whether it sends something; with `network`. */
  readonly pushes?: boolean;
  /** Whether git may fetch what a partial clone left out, once it finds it missing. */
  readonly lazy?: boolean;
  /** Bytes of stdout after which the command is ended and fails. Default: 256 MiB. */
  readonly maximum?: number;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** Its last 64 KiB. */
  readonly stderr: string;
  /** What a code other than 0 means. */
  readonly failure: PortError | null;
}

const defaultMaximum = 256 * 1024 * 1024;

/**
 * Starts git: arguments as an array, an environment of our own, no client-side hooks, a time-out. Each process leads a
 * group, so that ending it ends the helpers it started, and they take their lock files with them.
 */
export class Git {
  readonly #options: GitOptions;
  readonly #environment: Record<string, string>;

  constructor(options: GitOptions) {
    prepareHome(options.home);
    this.#options = options;
    this.#environment = gitEnvironment(options.home);
  }

  /** The same git, with credentials of its own. */
  with(credentials: () => Promise<Credentials>, explain?: Explain): Git {
    return new Git({
      ...this.#options,
      credentials,
      ...(explain === undefined ? {} : { explain }),
    });
  }

  /** What a refusal by the other side means; null: what git says of it. */
  explain(refusal: GitRefusal): Promise<PortError | null> {
    return this.#options.explain?.(refusal) ?? Promise.resolve(null);
  }

  get networkTimeout(): number {
    return this.#options.networkTimeout ?? 600_000;
  }

  /**
   * Runs one command on the bare repository `directory`.
   * @throws {PortError} `timeout`, or what stderr tells
   */
  async run(directory: string, args: readonly string[], command: GitCommand): Promise<GitResult> {
    const { child, finished } = await this.#start(directory, args, command);
    const chunks: Buffer[] = [];
    let size = 0;
    const maximum = command.maximum ?? defaultMaximum;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maximum) chunks.push(chunk);
      else end(child, 'SIGKILL');
    });
    child.stdin.end(command.input);
    const ended = await finished;
    const { code, stderr } = ended;
    if (size > maximum) {
      throw new PortError('invalid', `could not ${command.what}: more than ${maximum} bytes came`);
    }
    const failure = code === 0 ? null : await this.#failure(command, ended);
    if (command.codes !== 'any' && !(command.codes ?? [0]).includes(code)) {
      throw failure ?? gitFailure(command.what, stderr, code);
    }
    return { code, stdout: Buffer.concat(chunks), stderr, failure };
  }

  async #failure(
    { what, pushes = false }: GitCommand,
    { code, stderr, trace }: GitEnd,
  ): Promise<PortError> {
    const answer = lastAnswer(trace);
    const explained =
      answer === null || answer.status < 400
        ? null
        : await this.explain({ what, pushes, ...answer, said: summary(stderr) });
    return explained ?? gitFailure(what, stderr, code, this.#options.now?.());
  }

  /**
   * Reads a command's output line by line (Latin-1: only for shas and ASCII) until `enough` says so; the process is
   * then ended, wherever it was.
   */
  async lines(
    directory: string,
    args: readonly string[],
    command: GitCommand,
    enough: (line: string) => boolean,
  ): Promise<void> {
    const { child, finished } = await this.#start(directory, args, command);
    child.stdin.end(command.input);
    let rest = '';
    let done = false;
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (chunk: string) => {
      if (done) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      done = lines.some(enough);
      if (done) end(child, 'SIGTERM');
    });
    const { code, stderr } = await finished;
    if (!done && code !== 0) throw gitFailure(command.what, stderr, code);
  }

  /** A command that is talked to while it runs. Closing its stdin ends it. */
  async converse(
    directory: string,
    args: readonly string[],
    command: GitCommand,
  ): Promise<{ child: ChildProcessWithoutNullStreams; finished: Promise<GitEnd> }> {
    return this.#start(directory, args, command);
  }

  async #start(
    directory: string,
    args: readonly string[],
    command: GitCommand,
  ): Promise<{ child: ChildProcessWithoutNullStreams; finished: Promise<GitEnd> }> {
    const credentials = command.network === true ? await this.#options.credentials?.() : undefined;
    const all = [
      // No client-side hook runs, whatever the repository's own configuration says. Hooks of the receiving end do:
      // git gives `-c` to nothing that serves another repository.
      '-c',
      'core.hooksPath=/dev/null',
      ...(credentials === undefined ? [] : credentialHelper),
      `--git-dir=${directory}`,
      ...args,
    ];
    this.#options.observe?.(args);
    const isTraced = credentials !== undefined && this.#options.explain !== undefined;
    const child = start(all, {
      cwd: this.#options.home,
      env: {
        ...this.#environment,
        ...(credentials === undefined ? {} : credentialEnvironment(credentials)),
        ...(command.lazy === true ? { GIT_NO_LAZY_FETCH: '0' } : {}),
        ...(isTraced ? traceEnvironment : {}),
      },
      detached: true,
      stdio: isTraced ? ['pipe', 'pipe', 'pipe', 'pipe'] : 'pipe',
    });
    const limit =
      command.network === true ? this.networkTimeout : (this.#options.timeout ?? 120_000);
    return { child, finished: ending(child, command.what, limit) };
  }
}
