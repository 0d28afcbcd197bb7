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
  readonly visited: readonly string[];
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
  /** Today's machine's state after it, and the one that was recorded. */
  readonly state: string;
  readonly recorded: string;
  /** What it changed in the context. */
  readonly changes: readonly Change[];
  readonly effects: readonly TimelineEffect[];
}

export type TimelineEffect = Omit<AskedEffect, 'id' | 'params'> & { readonly params: Json };
