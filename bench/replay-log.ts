import Database from 'better-sqlite3';
import { openLog } from '../src/log/database.ts';
import { fillLog } from '../test/replay/fill-log.ts';
import { branchLife, type LivedEvent, pullLife } from '../test/replay/lives.ts';

/** A row as text, that a number can be put into: `⟪n⟫` where a pull request's own would stand. */
type Row = Readonly<Record<string, string | number | null>>;
type Rows = ReadonlyMap<Table, readonly Row[]>;
type Table = (typeof tables)[number];

const tables = ['events', 'snapshots', 'effects', 'pulls', 'builds'] as const;
const templates = 12;
/** Stands for every pull request's number; real ones have as many digits. */
const placeholder = 987_654;

/**
 * Makes a log of about that many events, as the service would have left it: lives of pull requests, all but the last
 * `open` of them merged, and a branch. A few lives are recorded in earnest, and copied under other numbers, so that a
 * million events take seconds.
 * @returns how many events there are
 */
export async function makeLog(file: string, events: number, open: number): Promise<number> {
  const log = await openLog(file, 'normal');
  await fillLog(log.db, 'here:r1@main', branchLife('main', 170));
  await log.close();
  const sqlite = new Database(file);
  sqlite.pragma('synchronous = OFF');
  const count = (): number => Number(sqlite.prepare('select count(*) from events').pluck().get());
  const merged: Rows[] = [];
  const unfinished: Rows[] = [];
  for (let n = 0; n < templates; n += 1) {
    const life = pullLife(`life${n}`, placeholder);
    merged.push(await recorded(life));
    unfinished.push(await recorded(life.slice(0, -2)));
  }
  const perPull = merged[0]?.get('events')?.length ?? 1;
  const pulls = Math.max(open, Math.ceil((events - count()) / perPull));
  const insert = inserter(sqlite);
  sqlite.transaction(() => {
    for (let n = 0; n < pulls; n += 1) {
      const from = pulls - n <= open ? unfinished : merged;
      const rows = from[n % templates];
      if (rows !== undefined) insert(rows, String(100_000 + n));
    }
  })();
  const made = count();
  sqlite.close();
  return made;
}

/** Every row that recording this life leaves. */
async function recorded(life: readonly LivedEvent[]): Promise<Rows> {
  const log = await openLog(':memory:');
  try {
    await fillLog(log.db, `here:r1#${placeholder}`, life);
    // What no event answers was done too, or the service would begin with a hundred thousand effects.
    await log.db
      .updateTable('effects')
      .set({ done_at: 1, outcome: 'done', attempts: 1 })
      .where('done_at', 'is', null)
      .execute();
    const rows = new Map<Table, readonly Row[]>();
    for (const table of tables) {
      const all: Row[] = await log.db.selectFrom(table).selectAll().execute();
      rows.set(
        table,
        all.map(({ position: _, ...row }) => row),
      );
    }
    return rows;
  } finally {
    await log.close();
  }
}

function inserter(sqlite: Database.Database): (rows: Rows, number: string) => void {
  const statements = new Map<Table, Database.Statement>();
  return (rows, number) => {
    for (const [table, all] of rows)
      for (const row of all) {
        const columns = Object.keys(row);
        let statement = statements.get(table);
        if (statement === undefined) {
          statement = sqlite.prepare(
            `insert into ${table} (${columns.map((name) => `"${name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
          );
          statements.set(table, statement);
        }
        statement.run(
          Object.values(row).map((value) =>
            typeof value === 'string'
              ? value.replaceAll(String(placeholder), number)
              : value === placeholder
                ? Number(number)
                : value,
          ),
        );
      }
  };
}
