import Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { cached } from '../../src/log/database.ts';
import { migrate } from '../../src/log/migrate.ts';
import { projections } from '../../src/log/rebuild.ts';
import type { Tables } from '../../src/log/schema.ts';
import type { Fact } from './facts.ts';
import { Ledger } from './ledger.ts';
import { openMortal } from './mortal-database.ts';
import { firstTree, perform } from './people.ts';
import type { Act, Plan } from './plan.ts';
import { busyStreams, whyNotAtRest } from './rest.ts';
import { rules } from './rules/all.ts';
import { findingsOn, type Look, type Rule } from './rules/rule.ts';
import { beginning, Universe } from './universe.ts';

const minute = 60_000;
/** By when, after the last trouble has ended, every pull request must have come to rest. */
const patience = 24 * 60 * minute;
/** How long is watched after that: nothing may happen any more. Two rounds of reconciling. */
const watch = 11 * minute;

export interface Broken {
  readonly rule: string;
  readonly what: string;
}

export interface Outcome {
  readonly broken: readonly Broken[];
  /** How many pull requests lived. */
  readonly lives: number;
  /** The event log, a line an event; as long as the database is used for no other run. */
  log(): string;
  readonly look: Look;
}

/**
 * Runs a plan from beginning to rest, and checks every rule all the time. It ends at the first fact that breaks one.
 * @param database made by `openDatabase`; whatever is in it is removed
 */
export async function simulate(
  plan: Plan,
  database: SimulationDatabase,
  checked: readonly Rule[] = rules,
): Promise<Outcome> {
  await turn();
  database.clear();
  const { sqlite, db } = database;
  const facts: Fact[] = [];
  const broken: Broken[] = [];
  const times: number[] = [];
  const ledger = new Ledger();
  const watching = rulesByKind(checked);
  const universe = new Universe(plan, sqlite, (fact) => {
    facts.push(fact);
    times.push(universe.clock.now - beginning);
    ledger.take(fact);
    for (const rule of watching[fact.kind] ?? [])
      for (const what of findingsOn(rule, fact, look)) broken.push({ rule: rule.name, what });
  });
  const look: Look = { universe, facts, times, ledger, sqlite, db };
  const tree = universe.commit({ tree: firstTree, parents: [], message: 'First', date: beginning });
  universe.git.refs.set('refs/heads/main', tree);
  for (const { at, act } of plan.items)
    universe.clock.after(at, () => {
      universe.note({ kind: 'performed', act });
      perform(universe, act);
    });
  const calm = beginning + calmAt(plan);
  const go = async (until: number): Promise<void> => {
    while (broken.length === 0 && universe.clock.step(until)) await pump();
  };
  universe.boot();
  await go(calm + watch);
  let restless: string | null = null;
  for (let until = calm + watch; broken.length === 0; until += minute) {
    restless = whyNotAtRest(look);
    if (restless === null || until > calm + patience) break;
    await go(until + minute);
  }
  if (broken.length === 0 && restless !== null)
    broken.push({ rule: 'comes to rest', what: restless });
  if (broken.length === 0) {
    const before = facts.length;
    const wasBusy = busyStreams(look);
    await go(universe.clock.now + watch);
    const busy = busyStreams(look);
    for (const fact of facts.slice(before))
      if (fact.kind === 'recorded' && !busy.has(fact.stream) && !wasBusy.has(fact.stream))
        broken.push({ rule: 'stays at rest', what: `${fact.stream}: ${fact.event.type}` });
  }
  if (broken.length === 0)
    for (const { name, atRest } of checked)
      for (const what of (await atRest?.(look)) ?? []) broken.push({ rule: name, what });
  return { broken, lives: universe.forge.pulls.size, log: () => logOf(sqlite), look };
}

/** The rules that look at each kind of facts, in their order. */
function rulesByKind(checked: readonly Rule[]): Partial<Record<Fact['kind'], Rule[]>> {
  const watching: Partial<Record<string, Rule[]>> = {};
  for (const rule of checked)
    for (const kind of Object.keys(rule.on ?? {})) (watching[kind] ??= []).push(rule);
  return watching;
}

/** When all that goes wrong has ended, and the process is up again, milliseconds from the beginning. */
function calmAt({ items }: Plan): number {
  return Math.max(0, ...items.map(({ at, act }) => at + lasts(act)));
}

function lasts(act: Act): number {
  if (act.do === 'crash') return act.down + minute;
  if (act.do !== 'trouble') return 0;
  // An answer that is late comes after the trouble has ended.
  return act.how === 'slow' ? act.for + 2 * minute : act.for;
}

/** Whoever waits for the real world meanwhile, as the process that counts the runs, has its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Everything that can go on without time passing goes on: all of it is promises, nothing waits for the real world. What is
 * put off to the next tick comes when no promise is left to be settled, and without a turn of the event loop, of which
 * each asks the operating system for news.
 */
function pump(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

export interface SimulationDatabase {
  readonly sqlite: Database.Database;
  readonly db: Kysely<Tables>;
  clear(): void;
}

const tables = ['events', ...projections];

/** A database in memory, which run after run uses: making one costs more than a run. */
export async function openDatabase(): Promise<SimulationDatabase> {
  const sqlite = cached(new Database(':memory:'));
  const db = openMortal(sqlite, () => true, false);
  await migrate(db);
  return {
    sqlite,
    db,
    clear() {
      if (sqlite.inTransaction) sqlite.exec('rollback');
      for (const table of [...tables, 'sqlite_sequence']) sqlite.exec(`delete from ${table}`);
    },
  };
}

function logOf(sqlite: Database.Database): string {
  const rows = sqlite.prepare('select * from events order by position').raw().all();
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
