import type { Generated, Selectable } from 'kysely';

/** The tables, as migrations/ makes them. Times are milliseconds since the epoch; JSON is text. */
export interface Tables {
  events: EventsTable;
  snapshots: SnapshotsTable;
  effects: EffectsTable;
  lanes: { lane: string; hold_until: number };
  /** At most one row. */
  clock: { position: number; at: number };
  pulls: PullsTable;
  builds: BuildsTable;
  seeds: SeedsTable;
  pull_seeds: PullSeedsTable;
}

export interface EventsTable {
  position: Generated<number>;
  stream: string;
  version: number;
  type: string;
  data: string;
  meta: string;
  state: string;
  machine_version: string;
  key: string | null;
  recorded_at: number;
}

export interface SnapshotsTable {
  stream: string;
  version: number;
  machine_version: string;
  held: string | null;
  value: string;
  context: string;
}

export interface EffectsTable {
  id: string;
  stream: string;
  version: number;
  index: number;
  kind: 'effect' | 'timer';
  type: string;
  params: string;
  lane: string;
  asked_at: number;
  run_at: number;
  lease_until: number | null;
  attempts: Generated<number>;
  last_error: string | null;
  done_at: number | null;
  /** `done` · `moot` its reason had gone · `dead` given up · `replaced`, `dropped` a timer · `fired` a timer. */
  outcome: 'done' | 'moot' | 'dead' | 'replaced' | 'dropped' | 'fired' | null;
}
export type EffectRow = Selectable<EffectsTable>;

export interface PullsTable {
  stream: string;
  kind: 'pull' | 'branch';
  forge: string;
  repository_id: string;
  repository: string;
  number: number | null;
  branch: string | null;
  title: string | null;
  author: string | null;
  state: string;
  head: string | null;
  tip: string | null;
  verdict: string | null;
  description: string | null;
  version: number;
  opened_at: number;
  updated_at: number;
}
export type PullRow = Selectable<PullsTable>;

export interface BuildsTable {
  stream: string;
  attempt: number;
  commit: string;
  head: string;
  asked_at: number;
  started_at: number | null;
  finished_at: number | null;
  verdict: string | null;
  description: string | null;
  jobs: string;
}
export type BuildRow = Selectable<BuildsTable>;

export interface SeedsTable {
  forge: string;
  repository_id: string;
  commit: string;
  branch: string;
  entries: string;
  cold_milliseconds: string;
  recorded_at: number;
}

export interface PullSeedsTable {
  stream: string;
  commit: string;
  entries: string;
  cold_milliseconds: string;
}
