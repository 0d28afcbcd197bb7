import { batch, type Signal, signal } from '@preact/signals';
import type { PullDetailJson } from '../../http/pull-detail.ts';
import type { EventJson } from '../../http/pull-json.ts';
import { fetchJson } from '../shared/fetch-json.ts';
import { lastOf, letterOf, type Marks } from './marks.ts';
import type { PullData } from './pull-data.ts';
import { firstOf, partOf, partSize, type Scene, scenesOf } from './scenes.ts';
import type { TimelinePart } from './timeline-data.ts';

/** How near the end of what is known a step may come before what follows is fetched. */
const ahead = 25;
/** As many events are kept in the list below as two pages hold; what is older is a link away. */
const mostListed = 100;

interface NewEvents {
  /** Oldest first. */
  readonly events: readonly EventJson[];
  readonly next: number | null;
}

/**
 * What the page shows, and where in time it is. Every component looks at its own part: a step touches what shows the
 * step, and nothing else.
 */
export class PullModel {
  readonly data: PullData;
  readonly pull: Signal<PullDetailJson>;
  readonly marks: Signal<Marks>;
  readonly newest: Signal<number>;
  readonly events: Signal<readonly EventJson[]>;
  /** The version that was asked for; the slider is there. */
  readonly at: Signal<number>;
  /** The newest scene that was at hand: that of `at`, unless that is on its way. */
  readonly scene: Signal<Scene | null>;
  readonly trouble: Signal<string | null> = signal(null);
  /** Null until somebody listens. */
  readonly isLive: Signal<boolean | null> = signal(null);
  readonly #parts = new Map<number, readonly Scene[]>();
  readonly #fetching = new Map<number, Promise<TimelinePart | null>>();

  constructor(data: PullData) {
    this.data = data;
    this.pull = signal(data.pull);
    this.marks = signal(data.marks);
    this.newest = signal(data.newest);
    this.events = signal(data.events);
    this.at = signal(data.at);
    this.#keep(partOf(data.at), data.part);
    this.scene = signal(this.#known(data.at));
  }

  /** Looks at a version, or at the nearest that there is. */
  async go(to: number): Promise<void> {
    const version = Math.min(Math.max(to, 1), this.newest.value);
    const scene = this.#known(version);
    batch(() => {
      this.at.value = version;
      if (scene !== null) this.scene.value = scene;
    });
    const part = partOf(version);
    if (scene === null) {
      await this.#fetch(part);
      // Unless it was left meanwhile.
      if (this.at.value === version) this.scene.value = this.#known(version) ?? this.scene.value;
    }
    for (const next of [partOf(version + ahead), partOf(Math.max(1, version - ahead))])
      if (next !== part && firstOf(next) <= this.newest.value && !this.#parts.has(next))
        await this.#fetch(next);
  }

  /** Takes up what has happened since. Whoever looks at the newest version stays at the newest. */
  async catchUp(): Promise<void> {
    let part = partOf(this.newest.value);
    for (;;) {
      // Anew: what is on its way may have been asked for before the news.
      const told = await this.#fetchAnew(part);
      if (told === null) return;
      if (told.newest < this.newest.value) return location.reload();
      this.#append(told);
      if (told.newest < firstOf(part + 1)) break;
      part += 1;
    }
    await this.lookAgain();
    await this.#listNewEvents();
    await this.go(this.at.value);
  }

  /** Asks for what is said of it now; without an event that changes too: since when it builds, until when a limit holds. */
  async lookAgain(): Promise<void> {
    const pull = await fetchJson<PullDetailJson>(this.data.api).catch(() => null);
    // What was asked for earlier may come later.
    if (pull !== null && pull.version >= this.pull.value.version) this.pull.value = pull;
  }

  async #listNewEvents(): Promise<void> {
    // An older page of the list stays as it is.
    if ((this.events.value[0]?.version ?? 0) < this.data.newest) return;
    for (;;) {
      const newest = this.events.value[0]?.version ?? 0;
      const url = `${this.data.api}/events?after=${newest}`;
      const fresh = await fetchJson<NewEvents>(url).catch(() => null);
      if (fresh === null || fresh.events.length === 0) return;
      const all = [...fresh.events.toReversed(), ...this.events.value];
      this.events.value = all.slice(0, mostListed);
      if (fresh.next === null) return;
    }
  }

  #append({ steps, newest }: TimelinePart): void {
    const last = lastOf(this.marks.value);
    // Asked only now: while the news was on its way one may have gone elsewhere.
    const isAtNewest = this.at.value === this.newest.value;
    const fresh = steps.filter(({ version }) => version > last);
    batch(() => {
      if (fresh[0]?.version === last + 1) {
        const { from, letters } = this.marks.value;
        this.marks.value = { from, letters: letters + fresh.map(letterOf).join('') };
      }
      this.newest.value = newest;
      if (!isAtNewest) return;
      this.at.value = newest;
      this.scene.value = this.#known(newest) ?? this.scene.value;
    });
  }

  #known(version: number): Scene | null {
    const part = partOf(version);
    return this.#parts.get(part)?.[version - firstOf(part)] ?? null;
  }

  #keep(part: number, told: TimelinePart): void {
    // What was asked for earlier may come later, and is shorter then.
    if ((this.#parts.get(part)?.length ?? 0) > told.steps.length) return;
    this.#parts.set(part, scenesOf(told));
  }

  async #fetch(part: number): Promise<void> {
    const fetching = this.#fetching.get(part) ?? this.#fetchAnew(part);
    this.#fetching.set(part, fetching);
    await fetching;
    this.#fetching.delete(part);
  }

  /** Null when it could not be had; then `trouble` says so. */
  async #fetchAnew(part: number): Promise<TimelinePart | null> {
    const url = `${this.data.api}/timeline?from=${firstOf(part)}&limit=${partSize}`;
    try {
      const told = await fetchJson<TimelinePart>(url);
      this.trouble.value = null;
      this.#keep(part, told);
      return told;
    } catch {
      this.trouble.value = 'The service cannot be reached; what is shown may be old.';
      return null;
    }
  }
}
