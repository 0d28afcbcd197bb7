import { rebuild } from '../../../src/log/rebuild.ts';
import type { SnapshotsTable } from '../../../src/log/schema.ts';
import type { Look, Rule } from './rule.ts';

type EffectRow = readonly [id: string, asked: string, isDone: number, outcome: string | null];

const effects = `select id, type || ' ' || params || ' ' || lane || ' ' || asked_at || ' ' || kind asked,
  done_at is not null isDone, outcome from effects order by id`;

/** What folding the log anew, as an import does, gives otherwise than it stands in the tables. */
interface Refolded {
  readonly snapshots: readonly string[];
  readonly others: readonly string[];
}

const refolded = new WeakMap<Look, Promise<Refolded>>();

/** Folds the log once for both rules. */
function refoldedOf(look: Look): Promise<Refolded> {
  const known = refolded.get(look) ?? refold(look);
  refolded.set(look, known);
  return known;
}

const models = ['pulls', 'builds', 'seeds', 'pull_seeds'] as const;

async function refold({ sqlite, db, universe }: Look): Promise<Refolded> {
  const engine = universe.process?.engine;
  if (engine === undefined) return { snapshots: [], others: [] };
  const { machineVersion } = engine.options;
  const saved = snapshotsIn(sqlite);
  const before = effectsIn(sqlite);
  const read = models.map((table) => dump(sqlite, table));
  sqlite.exec('savepoint rebuilding');
  try {
    await rebuild(db, { machineVersion });
    const snapshots: string[] = [];
    const folded = new Map(snapshotsIn(sqlite).map((row) => [row.stream, row]));
    for (const { stream, held, value, context } of saved) {
      const again = folded.get(stream);
      if (held !== null) snapshots.push(`${stream} is held: ${held}`);
      if (again === undefined) snapshots.push(`${stream} is not in the log`);
      else if (again.held !== null) snapshots.push(`${stream}: ${again.held}`);
      else if (again.value !== value || again.context !== context)
        snapshots.push(`${stream} folds to another snapshot than the one that is kept`);
    }
    const others: string[] = [];
    const after = new Map(effectsIn(sqlite).map((row) => [row[0], row]));
    if (after.size !== before.length)
      others.push(`the log gives ${after.size} effects, not ${before.length}`);
    for (const [id, asked, isDone, outcome] of before) {
      const [, askedAgain, isDoneAgain, outcomeAgain] = after.get(id) ?? [];
      if (askedAgain !== asked)
        others.push(`${id} is ${asked}, but the log gives ${askedAgain ?? 'nothing of that name'}`);
      else if (isDone === 0 && isDoneAgain === 1) others.push(`${id} is taken for done: ${asked}`);
      // That the CI keeps something after all is no event: it is asked again to, which is safe.
      else if (outcome === 'done' && outcomeAgain === 'dead' && !asked.startsWith('cache.retain '))
        others.push(`${id} is taken for given up: ${asked}`);
    }
    for (const [index, table] of models.entries())
      if (dump(sqlite, table) !== read[index]) others.push(`${table} come out different`);
    return { snapshots, others };
  } finally {
    sqlite.exec('rollback to rebuilding; release rebuilding');
  }
}

export const replays: Rule = {
  name: 'replays',
  sentence:
    'Folding the log anew gives the states that were recorded, and the snapshots that are kept.',
  atRest: async (look) => (await refoldedOf(look)).snapshots,
};

export const refolds: Rule = {
  name: 'rebuilds',
  sentence:
    'The effects that the log gives, folded anew, are those of the effects table; none that is still to be done is taken for done, none that was done in the end for given up, and the read models come out the same.',
  atRest: async (look) => (await refoldedOf(look)).others,
};

function snapshotsIn(sqlite: Look['sqlite']): SnapshotsTable[] {
  return sqlite.prepare<[], SnapshotsTable>('select * from snapshots order by stream').all();
}

function effectsIn(sqlite: Look['sqlite']): EffectRow[] {
  return sqlite.prepare<[], EffectRow>(effects).raw().all();
}

function dump(sqlite: Look['sqlite'], table: string): string {
  const rows = sqlite.prepare(`select * from ${table} order by 1, 2, 3`);
  return JSON.stringify(rows.raw().all());
}
