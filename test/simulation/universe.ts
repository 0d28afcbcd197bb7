import type Database from 'better-sqlite3';
import { isUnavailable } from '../../src/log/log-error.ts';
import { Chance } from './chance.ts';
import { Clock } from './clock.ts';
import type { Fact } from './facts.ts';
import { CiModel } from './models/ci-model.ts';
import { ForgeModel } from './models/forge-model.ts';
import { GitModel } from './models/git-model.ts';
import type { Server } from './models/mirror-model.ts';
import type { Plan, Trouble } from './plan.ts';
import { Process } from './process.ts';
import { Troubles } from './troubles.ts';

/** Takes down what happens. */
export type Note = (fact: Fact) => void;

/** When every run begins. */
export const beginning = Date.UTC(2030, 0, 1);

/** Never answered. One for all would hold on to everybody who waits for it. */
const never = (): Promise<never> => new Promise(() => {});

/** The world of one run: the models, the time, what goes wrong, and the process that lives in it. */
export class Universe {
  readonly plan: Plan;
  readonly chance: Chance;
  readonly clock = new Clock(beginning);
  readonly troubles: Troubles;
  readonly git = new GitModel();
  readonly forge: ForgeModel;
  readonly ci: CiModel;
  /** The commits in the service's mirror, which is on its disk. */
  readonly mirrored = new Set<string>();
  /** Commits by people who may not write. */
  readonly strangers = new Set<string>();
  /** Heads that somebody who may write has put on a branch. */
  readonly vouchedFor = new Set<string>();
  /** Where the service last had each branch that it has pushed. */
  readonly lastTips = new Map<string, string>();
  /** How far the machine's clock is off, milliseconds. */
  skew = 0;
  /** The process that is up, if one is. */
  process: Process | null = null;
  /** Steps until the process dies; null: it does not. */
  deathIn: number | null = null;
  readonly note: Note;
  readonly #sqlite: Database.Database;
  readonly #committedAt = new Map<string, number>();
  /** The process that was started last, dead or alive. */
  #newest: Process | null = null;
  #downFor = 0;

  constructor(plan: Plan, sqlite: Database.Database, note: Note) {
    this.plan = plan;
    this.#sqlite = sqlite;
    this.note = note;
    this.chance = new Chance(plan.seed);
    this.troubles = new Troubles(this.chance, this.clock);
    this.forge = new ForgeModel(this);
    this.ci = new CiModel(this);
  }

  /** Starts the process over what an earlier one has left. */
  boot(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback');
    const process = new Process(this, this.#sqlite);
    this.process = process;
    this.#newest = process;
    this.note({ kind: 'began' });
    process.start().catch((error: unknown) => {
      if (!isUnavailable(error)) this.note({ kind: 'surprise', error });
      // A service that cannot start ends, and whoever watches over it starts it again.
      this.#downFor = 10_000;
      this.#die(process);
    });
  }

  #die(process: Process): void {
    process.isAlive = false;
    this.process = null;
    this.deathIn = null;
    this.note({ kind: 'died' });
    this.clock.after(this.#downFor, () => this.boot());
  }

  /** The process is to die after so many steps, or idle in a minute, and to be up again `down` milliseconds after that. */
  doom(after: number, down: number): void {
    const { process } = this;
    if (this.deathIn !== null || process === null) return;
    this.deathIn = after;
    this.#downFor = down;
    this.clock.after(60_000, () => {
      if (this.process === process) this.#die(process);
    });
  }

  /** One step: a call's beginning or end, a statement. @returns false if the process is dead */
  step(process: Process): boolean {
    if (this.deathIn === null || process !== this.process) return process.isAlive;
    this.deathIn -= 1;
    if (this.deathIn >= 0) return true;
    this.#die(process);
    return false;
  }

  /** @returns false if the process is dead. @throws as SQLite does when the disk is full */
  beforeStatement(process: Process, sql: string): boolean {
    if (!this.step(process)) return false;
    if (!this.#isDiskFull(sql)) return true;
    // SQLite then rolls back by itself.
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback');
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }

  /** It is noticed by a write of its own, and else at the end of a transaction. */
  #isDiskFull(sql: string): boolean {
    if (!this.troubles.isOn('disk', 'full')) return false;
    if (sql === 'commit') return this.troubles.strikes('disk', 'full', 'commit');
    const isWrite = /^(insert|update|begin)/i.test(sql);
    return isWrite && !this.#sqlite.inTransaction && this.troubles.strikes('disk', 'full', 'write');
  }

  /** A call of the service's: takes its time on the way there and back. */
  async call<Result>(
    process: Process,
    of: { readonly with: Trouble['with']; readonly verb: string },
    act: () => Result,
  ): Promise<Result> {
    const place = `${of.with}.${of.verb}`;
    if (!this.step(process)) return never();
    await this.#pass(place, of.with);
    // What was on its way when the process died may still arrive, until the next one is started: what comes after that
    // one's own words nobody could put in order but the other side.
    if (!process.isAlive) {
      const isLost = this.#newest !== process || this.chance.happens(`${place} abandoned`, 0.5);
      if (isLost) return never();
    }
    const failure = this.troubles.failure(of.with, place);
    let result: { readonly value: Result } | { readonly error: unknown };
    try {
      if (failure?.acts === false) throw failure.error;
      result = { value: act() };
    } catch (error) {
      result = { error };
    }
    if (failure?.acts === true) {
      this.note({ kind: 'answer-lost', place });
      result = { error: failure.error };
    }
    if (!this.step(process)) return never();
    await this.#pass(place, of.with);
    if (!process.isAlive) return never();
    if ('error' in result) throw result.error;
    return result.value;
  }

  async #pass(place: string, of: Trouble['with']): Promise<void> {
    const isSlow = this.troubles.strikes(of, 'slow', place);
    const takes = this.chance.between(place, isSlow ? 5000 : 1, isSlow ? 120_000 : 600);
    await new Promise<void>((resolve) => {
      this.clock.after(takes, resolve);
    });
  }

  /** Git's server. */
  readonly server: Server = {
    git: this.git,
    has: (commit) => {
      const late = this.troubles.strikes('git', 'behind', 'fetch') ? 30_000 : 0;
      return this.clock.now - (this.#committedAt.get(commit) ?? 0) >= late;
    },
    declines: (branch) =>
      branch.startsWith('orthrus/') && this.troubles.strikes('git', 'declined', 'push')
        ? 'orthrus/* is protected'
        : null,
    moved: (branch, from, to) => {
      if (to !== null) this.lastTips.set(branch, to);
      this.#moved('us', branch, from, to);
    },
  };

  /** Somebody commits; it is on no branch yet. */
  commit(of: Parameters<GitModel['commit']>[0]): string {
    const sha = this.git.commit(of);
    if (!this.#committedAt.has(sha)) this.#committedAt.set(sha, this.clock.now);
    return sha;
  }

  /** Somebody moves a branch of the repository, however it stood. */
  move(branch: string, to: string | null): void {
    const from = this.git.branch(branch);
    if (from === to) return;
    if (to === null) this.git.refs.delete(`refs/heads/${branch}`);
    else this.git.refs.set(`refs/heads/${branch}`, to);
    this.#moved('people', branch, from, to);
  }

  #moved(by: 'us' | 'people', branch: string, from: string | null, to: string | null): void {
    this.note({ kind: 'moved', by, branch, from, to });
    if (to !== null) this.ci.pushed(branch, to);
    this.forge.branchMoved(branch, to);
  }
}
