import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import type { QueryResult } from 'kysely';
import { append, type AppendContext } from '../src/log/append.ts';
import { cached, openLog } from '../src/log/database.ts';
import { openKysely } from '../src/log/direct.ts';
import { migrate } from '../src/log/migrate.ts';
import { LogConnection, LogDialect } from '../src/log/sqlite-dialect.ts';
import { life } from './life.ts';
import { median, type BenchResult } from './result.ts';

const rounds = 15;
const livesARound = 12;

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

const common: Omit<AppendContext, 'db'> = {
  machineVersion: 'bench',
  now: () => 1_700_000_000_000,
};

/** The log's own connection, which tells of all that is written over it. */
class ToldConnection extends LogConnection {
  readonly #tell: (written: Statement) => void;

  constructor(sqlite: Database.Database, tell: (written: Statement) => void) {
    super(sqlite);
    this.#tell = tell;
  }

  override execute<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    if (/^\s*(insert|update|delete)/.test(sql)) this.#tell({ sql, parameters });
    return super.execute(sql, parameters);
  }
}

/** What every append of these lives writes, one list a transaction: captured from a run in memory. */
async function capture(lives: readonly number[]): Promise<Statement[][]> {
  const transactions: Statement[][] = [];
  const sqlite = cached(new Database(':memory:'));
  const told = new ToldConnection(sqlite, (written) => transactions.at(-1)?.push(written));
  const db = openKysely(new LogDialect(sqlite, told), true);
  await migrate(db);
  for (const number of lives)
    for (const event of life(number)) {
      transactions.push([]);
      await append({ ...common, db }, { stream: `bench:1#${number}`, event, source: 'effect' });
    }
  await db.destroy();
  return transactions;
}

/**
 * Recording an event (transition, rows, read models, through Kysely, FULL) against bare prepared statements that write
 * the very same rows in the same transactions.
 */
export async function bench(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'orthrus-bench-'));
  try {
    const ours = await openLog(join(root, 'ours.db'));
    const prepared = await openLog(join(root, 'bare.db'));
    await prepared.close();
    const bare = new Database(join(root, 'bare.db'));
    bare.pragma('journal_mode = WAL');
    bare.pragma('synchronous = FULL');
    const statements = new Map<string, Database.Statement>();
    const prepare = (sql: string): Database.Statement => {
      const known = statements.get(sql) ?? bare.prepare(sql);
      statements.set(sql, known);
      return known;
    };
    const rates: { ours: number; bare: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const lives = Array.from(
        { length: livesARound },
        (_, index) => round * livesARound + index + 1,
      );
      const transactions = await capture(lives);
      const events = lives.map((number) => ({ number, events: life(number) }));

      const begun = performance.now();
      for (const { number, events: list } of events)
        for (const event of list)
          await append(
            { ...common, db: ours.db },
            { stream: `bench:1#${number}`, event, source: 'effect' },
          );
      const between = performance.now();
      for (const transaction of transactions)
        bare.transaction(() => {
          for (const { sql, parameters } of transaction) {
            const statement = prepare(sql);
            if (statement.reader) statement.all(...parameters);
            else statement.run(...parameters);
          }
        })();
      const end = performance.now();
      rates.push({
        ours: (transactions.length / (between - begun)) * 1000,
        bare: (transactions.length / (end - between)) * 1000,
      });
    }
    await ours.close();
    bare.close();
    const ratio = median(rates.map((rate) => rate.ours / rate.bare));
    return [
      {
        name: 'events recorded',
        value: Math.round(median(rates.map((rate) => rate.ours))),
        unit: 'events/s',
        ratio,
        against: 'bare prepared statements, same rows, same transactions',
        goal: '>= 0.35',
        ok: ratio >= 0.35,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const result of await bench()) console.log(JSON.stringify(result));
