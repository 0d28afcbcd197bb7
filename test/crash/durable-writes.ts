import Database from 'better-sqlite3';

/** One statement that changed something. */
export interface Write {
  readonly text: string;
  /** What its columns were set to, or compared with: the last value of each. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The rows that it returned. */
  readonly rows: readonly unknown[];
}

/**
 * Watches every database of this process: `durable` is called with what was written as soon as it would outlive the
 * process, after a commit or a statement outside of any transaction.
 */
export function watchWrites(durable: (writes: readonly Write[]) => void): void {
  const pending = new WeakMap<Database.Database, Write[]>();
  const { prepare } = Database.prototype;
  const watched = function (this: Database.Database, text: string): Database.Statement {
    const statement = prepare.call(this, text);
    const isCommit = /^\s*commit\b/i.test(text);
    const isRollback = /^\s*rollback\b/i.test(text);
    const isWrite = !statement.readonly && !/^\s*(pragma|begin)\b/i.test(text);
    if (!isWrite && !isCommit && !isRollback) return statement;
    for (const method of ['run', 'all'] as const) {
      const real: unknown = Reflect.get(statement, method);
      if (typeof real !== 'function') continue;
      Reflect.defineProperty(statement, method, {
        value: (...of: unknown[]): unknown => {
          const result: unknown = Reflect.apply(real, statement, of);
          const writes = pending.get(this) ?? [];
          if (isRollback) writes.length = 0;
          const rows = rowsOf(result);
          if (isWrite && (isDefinition(text) || rows.length > 0 || hasChanged(result)))
            writes.push({ text, values: valuesOf(text, of), rows });
          pending.set(this, this.inTransaction ? writes : []);
          if (!this.inTransaction && writes.length > 0) durable(writes);
          return result;
        },
      });
    }
    return statement;
  };
  Reflect.defineProperty(Database.prototype, 'prepare', { value: watched });
}

/** Of tables rather than rows. */
function isDefinition(text: string): boolean {
  return /^\s*(create|alter|drop)\b/i.test(text);
}

function rowsOf(result: unknown): readonly unknown[] {
  return Array.isArray(result) ? result : [];
}

function hasChanged(result: unknown): boolean {
  return typeof result === 'object' && result !== null && Reflect.get(result, 'changes') !== 0;
}

function valuesOf(text: string, of: readonly unknown[]): Record<string, unknown> {
  const values = of.flat();
  const columns = /^\s*insert into "\w+" \(([^)]*)\)/.exec(text)?.[1];
  const names =
    columns === undefined
      ? [...text.matchAll(/(?:"?(\w+)"?\s*=\s*)?\?/g)].map((match) => match[1])
      : columns.split(', ');
  return Object.fromEntries(
    names.flatMap((name, at) =>
      name === undefined ? [] : [[name.replaceAll('"', ''), values[at]] as const],
    ),
  );
}
