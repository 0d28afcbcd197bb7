import { createHash } from 'node:crypto';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';

interface Closed {
  readonly since: number;
  readonly until: number;
}

/** Takes what must outlive the process: by a token's hash, until when it rests. */
export type KeepRest = (key: string, until: number) => void;

interface Rests {
  readonly closed: Map<string, Closed>;
  keep: KeepRest | null;
}

/** One process lives in one world: its forges share what they know of a token. */
const worlds = new WeakMap<World, Rests>();

function restsIn(world: World): Rests {
  const known = worlds.get(world) ?? { closed: new Map<string, Closed>(), keep: null };
  worlds.set(world, known);
  return known;
}

/** Takes up what an earlier process was told, and has `keep` called for whatever is told from now on. */
export function keepRests(world: World, told: ReadonlyMap<string, number>, keep: KeepRest): void {
  const rests = restsIn(world);
  rests.keep = keep;
  const now = world.now();
  for (const [key, until] of told) rests.closed.set(key, { since: now, until });
}

/**
 * Nothing is asked with a token before the deadline that a 429 or 403 named for it (E2).
 *
 * This stands where Octokit's plugin-throttling might: that one holds a refused call inside the process and repeats it
 * there when the time has come. A call held so is lost with the process, keeps a lane's lease for up to an hour, and
 * nobody can see what it waits for. Here the call fails at once with the deadline, and the wait is a row in the outbox.
 * Besides, that one knows nothing of other clients in the process that use the same token, nor of a moved clock.
 */
export class Gate {
  readonly #world: World;
  readonly #rests: Rests;
  readonly #key: string;

  /** `names`: what makes the token, or the installation, the one it is. Only their hash is kept. */
  constructor(world: World, ...names: readonly string[]) {
    this.#world = world;
    this.#rests = restsIn(world);
    this.#key = createHash('sha256').update(JSON.stringify(names)).digest('hex');
  }

  /** @throws {PortError} `rate-limited` */
  check(): void {
    const closed = this.#rests.closed.get(this.#key);
    if (closed === undefined) return;
    const now = this.#world.now();
    if (now >= closed.until) {
      this.#rests.closed.delete(this.#key);
      return;
    }
    // A clock that was put back must not make an hour a year (G6): no wait is longer than the one that was asked for.
    const until = Math.min(closed.until, now + (closed.until - closed.since));
    if (until < closed.until) this.#rests.closed.set(this.#key, { since: now, until });
    throw new PortError(
      'rate-limited',
      `GitHub's rate limit for this token holds until ${new Date(until).toISOString()}`,
      { retryAt: until },
    );
  }

  close(until: number): void {
    const known = this.#rests.closed.get(this.#key)?.until ?? 0;
    if (until <= known) return;
    this.#rests.closed.set(this.#key, { since: this.#world.now(), until });
    this.#rests.keep?.(this.#key, until);
  }
}

/**
 * The two budgets of one token. A limit of the API leaves git alone, which GitHub counts apart: no API stands between a
 * push and its build. What is told to git is told of the token, and rests both.
 */
export interface Gates {
  readonly api: Gate;
  readonly git: Gate;
}

export function gatesOf(
  { world, apiUrl }: { readonly world: World; readonly apiUrl: string },
  ...names: readonly string[]
): Gates {
  return {
    api: new Gate(world, apiUrl, ...names),
    git: new Gate(world, apiUrl, 'git', ...names),
  };
}

export function closeBoth({ api, git }: Gates, until: number): void {
  api.close(until);
  git.close(until);
}
