import type Database from 'better-sqlite3';
import type { BranchContext } from '../../machines/branch/context.ts';
import type { PullContext } from '../../machines/pull-request/context.ts';
import type { Look } from './rules/rule.ts';
import { type PullModel } from './models/forge-model.ts';
import { pullStream } from './people.ts';

/** A pull request as the forge has it, and as the service has it. */
export interface Standing {
  readonly pull: PullModel;
  readonly stream: string;
  readonly state: string;
  readonly context: PullContext;
}

/** The pull requests that the service knows of. */
export function standings({ universe, sqlite }: Pick<Look, 'universe' | 'sqlite'>): Standing[] {
  return [...universe.forge.pulls.values()].flatMap((pull) => {
    const stream = pullStream(pull.number);
    const row = rowOf(sqlite, stream);
    if (row === undefined) return [];
    const context: PullContext = JSON.parse(row.context);
    return [{ pull, stream, state: row.state, context }];
  });
}

export function branchContext(sqlite: Database.Database, stream: string): BranchContext | null {
  const row = rowOf(sqlite, stream);
  return row === undefined ? null : JSON.parse(row.context);
}

function rowOf(
  sqlite: Database.Database,
  stream: string,
): { context: string; state: string } | undefined {
  return sqlite
    .prepare<[string], { context: string; state: string }>(
      'select context, state from snapshots join pulls using (stream) where stream = ?',
    )
    .get(stream);
}
