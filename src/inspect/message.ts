import type { EventData, Snapshot } from '../../machines/fold.ts';
import { nameOf } from '../http/pull-json.ts';
import type { PullRow } from '../log/schema.ts';
import { toMachineJson } from '../replay/machine-json.ts';
import type { Redact } from './redact.ts';

/**
 * What `@statelyai/inspect` 0.7 sends to an inspector, one object a message. The package itself is not used: it tells of
 * actors that live now, with the time at which it sends; ours are in the log, with the times that were recorded. (A test
 * holds these to what the package makes of a live actor that gets the same events.)
 */
export type InspectorMessage = ActorMessage | EventMessage | SnapshotMessage;

interface Common {
  /** The stream's name; every stream is an actor of its own, and its own root. */
  readonly sessionId: string;
  readonly rootId: string;
  /** Milliseconds since the epoch, in digits. */
  readonly createdAt: string;
  readonly id: null;
  readonly _version: '0.7.2';
}

export interface ActorMessage extends Common {
  readonly type: '@xstate.actor';
  /** What people call it. */
  readonly name: string;
  /** The statechart: the machine's configuration as JSON. */
  readonly definition: string;
  readonly snapshot: InspectedSnapshot;
}

export interface EventMessage extends Common {
  readonly type: '@xstate.event';
  readonly event: InspectedEvent;
}

export interface SnapshotMessage extends Common {
  readonly type: '@xstate.snapshot';
  /** The event that led there. */
  readonly event: InspectedEvent;
  readonly snapshot: InspectedSnapshot;
}

export interface InspectedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface InspectedSnapshot {
  readonly status: 'active';
  readonly value: unknown;
  readonly context: unknown;
  readonly children: Readonly<Record<string, never>>;
  readonly historyValue: Readonly<Record<string, never>>;
  readonly tags: readonly [];
}

/** A stream, and what an inspector calls it. */
export type InspectedActor = Pick<
  PullRow,
  'stream' | 'kind' | 'forge' | 'repository' | 'number' | 'branch'
>;

/** What an inspector is told of one stream. */
export class ActorMessages {
  readonly #actor: InspectedActor;
  readonly #redact: Redact;

  constructor(actor: InspectedActor, redact: Redact) {
    this.#actor = actor;
    this.#redact = redact;
  }

  /** Where it is when the telling begins; the statechart comes first. */
  begin(at: number, snapshot: Snapshot): InspectorMessage[] {
    const begun = this.#snapshot(snapshot);
    const event = { type: 'xstate.init' };
    const common = this.#common(at);
    return [
      {
        type: '@xstate.actor',
        name: nameOf(this.#actor),
        definition: toMachineJson(this.#actor.kind),
        ...common,
        snapshot: begun,
      },
      { type: '@xstate.event', event, ...common },
      { type: '@xstate.snapshot', event, snapshot: begun, ...common },
    ];
  }

  /** An event, and where it led. XState tells of one that changes nothing in the same way. */
  step(at: number, { type, ...data }: EventData, after: Snapshot): InspectorMessage[] {
    const event = { ...this.#redact({ ...data, at }), type };
    const common = this.#common(at);
    return [
      { type: '@xstate.event', event, ...common },
      { type: '@xstate.snapshot', event, snapshot: this.#snapshot(after), ...common },
    ];
  }

  #common(at: number): Common {
    const { stream } = this.#actor;
    return {
      sessionId: stream,
      rootId: stream,
      createdAt: String(at),
      id: null,
      _version: '0.7.2',
    };
  }

  #snapshot({ value, context }: Snapshot): InspectedSnapshot {
    return {
      status: 'active',
      value,
      context: this.#redact(context),
      children: {},
      historyValue: {},
      tags: [],
    };
  }
}
