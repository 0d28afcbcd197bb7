import { rebuild } from '../../../src/log/rebuild.ts';
import { kindOf } from '../../../src/log/append.ts';
import { refold } from '../../../src/log/refold.ts';
import type { Look, Rule } from './rule.ts';

interface Saved {
  readonly stream: string;
  readonly value: string;
  readonly context: string;
  readonly held: string | null;
}

export const replays: Rule = {
  name: 'replays',
  sentence:
    'Folding the log anew gives the states that were recorded, and the snapshots that are kept.',
  async atRest({ sqlite, db }) {
    const found: string[] = [];
    for (const saved of sqlite.prepare<[], Saved>('select * from snapshots').all()) {
      const { stream } = saved;
      if (saved.held !== null) found.push(`${stream} is held: ${saved.held}`);
      const { snapshot, difference } = await refold(db, stream, kindOf(stream));
      if (difference !== null)
        found.push(`${stream} replays as ${difference.replayed} at ${difference.version}`);
      if (JSON.stringify(snapshot.context) !== saved.context)
        found.push(`${stream} folds to another snapshot than the one that is kept`);
    }
    return found;
  },
};

interface EffectRow {
  readonly id: string;
  readonly asked: string;
  readonly isDone: number;
}

const effects = `select id, type || ' ' || params || ' ' || lane || ' ' || asked_at || ' ' || kind asked,
  done_at is not null isDone from effects order by id`;

export const refolds: Rule = {
  name: 'rebuilds',
  sentence:
    'The effects that the log gives, folded anew, are those of the effects table; none that is still to be done is taken for done, and the read models come out the same.',
  async atRest({ sqlite, db, universe }: Look) {
    const engine = universe.process?.engine;
    if (engine === undefined) return [];
    const before = sqlite.prepare<[], EffectRow>(effects).all();
    const models = ['pulls', 'builds', 'seeds'].map((table) => dump(sqlite, table));
    const { machineVersion } = engine.options;
    sqlite.exec('savepoint rebuilding');
    try {
      await rebuild(db, { machineVersion });
      const after = new Map(
        sqlite
          .prepare<[], EffectRow>(effects)
          .all()
          .map((row) => [row.id, row]),
      );
      const found: string[] = [];
      if (after.size !== before.length)
        found.push(`the log gives ${after.size} effects, not ${before.length}`);
      for (const row of before) {
        const again = after.get(row.id);
        if (again?.asked !== row.asked)
          found.push(`${row.id} is ${row.asked}, but the log gives ${again?.asked ?? 'nothing'}`);
        else if (row.isDone === 0 && again.isDone === 1)
          found.push(`${row.id} is taken for done: ${row.asked}`);
      }
      for (const [index, table] of ['pulls', 'builds', 'seeds'].entries())
        if (dump(sqlite, table) !== models[index]) found.push(`${table} come out different`);
      return found;
    } finally {
      sqlite.exec('rollback to rebuilding; release rebuilding');
    }
  },
};

function dump(sqlite: Look['sqlite'], table: string): string {
  return JSON.stringify(sqlite.prepare(`select * from ${table} order by 1, 2, 3`).all());
}
