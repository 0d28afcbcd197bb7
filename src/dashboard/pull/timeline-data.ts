import type { AskedEffect } from '../../replay/time-travel.ts';
import type { Change, Json } from './changes.ts';

/** A part of a run, compact: where it begins in full, and then only what each event changed. */
export interface TimelinePart {
  readonly stream: string;
  /** The newest version there is. */
  readonly newest: number;
  /** The version of its first step. */
  readonly from: number;
  /** Where the machine was before the first step. */
  readonly before: Moment;
  readonly steps: readonly TimelineStep[];
}

/** Where a machine is after an event. */
export interface Moment {
  readonly state: string;
  readonly context: Json;
  /** Every state that it has been in by then, in the order in which it first was. */
  readonly visited: readonly Visit[];
}

/** When a machine was in a state for the first time; it begins in one before its first event, at no time. */
export interface Visit {
  readonly state: string;
  readonly version: number;
  readonly at: number | null;
}

/** Those visits and this one, if it is the first of its state. */
export function withVisit(visited: readonly Visit[], visit: Visit): readonly Visit[] {
  return visited.some(({ state }) => state === visit.state) ? visited : [...visited, visit];
}

export interface TimelineStep {
  readonly version: number;
  readonly at: number;
  readonly type: string;
  /** What the event says, in a few words; they may hold other people's text. */
  readonly summary: string;
  readonly source: string;
  readonly handled: boolean;
  readonly held: boolean;
  /** Whether it tells that something failed. */
  readonly failed: boolean;
  /** Today's machine's state after it, and the one that was recorded. */
  readonly state: string;
  readonly recorded: string;
  /** What it changed in the context. */
  readonly changes: readonly Change[];
  readonly effects: readonly TimelineEffect[];
}

export type TimelineEffect = Omit<AskedEffect, 'id' | 'params'> & { readonly params: Json };
