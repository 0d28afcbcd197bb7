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
    return [{ pull, stream, state: row.state, context: pullContext(stream, row.context) }];
  });
}

/** Of each stream the last context that was read, which most looks find again. */
const read = new Map<string, { readonly text: string; readonly context: PullContext }>();

function pullContext(stream: string, text: string): PullContext {
  const last = read.get(stream);
  if (last?.text === text) return last.context;
  const context: PullContext = JSON.parse(text);
  read.set(stream, { text, context });
  return context;
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
