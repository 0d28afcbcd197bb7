import { setMaxListeners } from 'node:events';
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';

export interface Ask {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, each segment encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until the whole answer must have come. */
  readonly patience: number;
  /** Only the last of the body's bytes are kept; default: 64 MiB, and what is longer is no answer. */
  readonly last?: number;
  /** Has a connection of its own: it is slow, and must not keep the others waiting. */
  readonly apart?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

const longest = 64 * 1024 * 1024;

/**
 * HTTP by Node's own client: `fetch` gives up on headers and on a silent body after five minutes, and a webhook may
 * take longer, and a stream of events be silent for longer.
 */
export class Http {
  /** As it may be shown: without a user and a password. */
  readonly shown: string;
  private readonly base: string;
  private readonly auth: string | null;
  private readonly isSecure: boolean;
  private readonly agent: PlainAgent;
  private readonly world: World;
  private readonly closing = new AbortController();

  constructor(url: string, world: World) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    this.auth =
      username === '' ? null : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    parsed.username = '';
    parsed.password = '';
    this.shown = parsed.href.replace(/\/+$/, '');
    this.base = this.shown;
    this.isSecure = parsed.protocol === 'https:';
    // Not kept alive: a server that closes an idle connection just then looks like one that is down.
    const limits = { maxSockets: 4 };
    this.agent = this.isSecure ? new SecureAgent(limits) : new PlainAgent(limits);
    this.world = world;
    setMaxListeners(0, this.closing.signal);
  }

  /** @throws {PortError} `unavailable`: nothing answers; `timeout`: not in time. Whatever the status is, it is an answer. */
  async ask(ask: Ask): Promise<Answer> {
    const late = new AbortController();
    const callOff = this.world.after(ask.patience, () => late.abort());
    try {
      const response = await this.send(ask, late.signal);
      return { status: response.statusCode ?? 0, text: await this.bodyOf(response, ask) };
    } catch (cause) {
      if (cause instanceof PortError) throw cause;
      if (late.signal.aborted) {
        const waited = `${String(Math.round(ask.patience / 1000))} s`;
        throw new PortError('timeout', `Typhon did not answer in ${waited} at ${this.shown}`, {
          cause,
        });
      }
      throw this.unreachable(cause);
    } finally {
      callOff();
    }
  }

  /**
   * A body that does not end by itself: resolves when its headers have come.
   * @throws {PortError} as `ask`; also when the status is not 200
   */
  async listen(path: string, patience: number): Promise<IncomingMessage> {
    const late = new AbortController();
    const callOff = this.world.after(patience, () => late.abort());
    try {
      const ask = { method: 'GET', path, patience, apart: true } as const;
      const response = await this.send(ask, late.signal);
      if (response.statusCode === 200) return response;
      response.destroy();
      throw new PortError(
        'unavailable',
        `Typhon answered ${String(response.statusCode)} to ${path}`,
      );
    } catch (cause) {
      throw cause instanceof PortError ? cause : this.unreachable(cause);
    } finally {
      callOff();
    }
  }

  /** Ends all that is under way. */
  close(): void {
    this.closing.abort();
    this.agent.destroy();
  }

  private send(ask: Ask, late: AbortSignal): Promise<IncomingMessage> {
    const { method, path, headers = {}, body, apart = false } = ask;
    const request = this.isSecure ? secureRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const sent = request(`${this.base}${path}`, {
        method,
        agent: apart ? false : this.agent,
        auth: this.auth ?? undefined,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
        signal: this.closing.signal,
      });
      const giveUp = () => void sent.destroy(new Error('it took too long'));
      late.addEventListener('abort', giveUp, { once: true });
      // A connection that is dead without a word is found out by the kernel.
      sent.on('socket', (socket) => socket.setKeepAlive(true, 60_000));
      sent.on('error', reject);
      sent.on('response', resolve);
      sent.end(body);
    });
  }

  private async bodyOf(response: IncomingMessage, { last }: Ask): Promise<string> {
    let chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks.push(bytes);
      size += bytes.length;
      if (last !== undefined && size > 2 * last) {
        chunks = [Buffer.concat(chunks).subarray(-last)];
        size = last;
      } else if (size > longest) {
        throw new PortError('unavailable', `more than ${String(longest)} bytes came from Typhon`);
      }
    }
    const body = Buffer.concat(chunks);
    return (last === undefined ? body : body.subarray(-last)).toString('utf8');
  }

  private unreachable(cause: unknown): PortError {
    const why =
      cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : cause instanceof Error
          ? cause.message
          : String(cause);
    return new PortError('unavailable', `nothing answers at ${this.shown} (${why})`, { cause });
  }
}
