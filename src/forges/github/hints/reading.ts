import type { Hint } from '../../../ports/forge.ts';

/** A delivery's payload, of which nothing is known but that it is an object. */
export interface Payload {
  readonly event: string;
  /** Null for events that have none (`push`). */
  readonly action: string | null;
  readonly body: object;
  /** The forge's id of the repository it is about. */
  readonly repositoryId: string | null;
}

/** What a payload gives reason to do, or why it gives none. */
export type Reading = readonly Hint[] | string;

/** `pull_request.assigned` */
export function eventName({ event, action }: Payload): string {
  return action === null ? event : `${event}.${action}`;
}

export function notUsed(payload: Payload): string {
  return `${eventName(payload)} is not used`;
}

/** Of a payload without what its hint needs. Nothing is lost: reconciling finds what it meant. */
export function incomplete(payload: Payload, what: string): string {
  return `${eventName(payload)} names no ${what}`;
}
