import type { EventData, Snapshot } from '../../machines/fold.ts';
import type { Effect } from '../../machines/effect.ts';
import type { Seed } from '../../machines/pull-request/events.ts';
import type { Ci } from '../ports/ci.ts';
import type { Forge, ForgeRepository, StatusState } from '../ports/forge.ts';
import type { Mirror } from '../ports/mirror.ts';

/** What an effect is carried out with. */
export interface Scene {
  readonly stream: string;
  /** The stream's subject as people write it: `#12`, `@main`. */
  readonly name: string;
  /** When the event was recorded that asked for the effect, milliseconds since the epoch. */
  readonly askedAt: number;
  /** The stream as it is now. */
  readonly snapshot: Snapshot;
  readonly forge: Forge;
  readonly ci: Ci;
  readonly mirror: Mirror;
  readonly repository: ForgeRepository;
  /** The CI's name for the repository. */
  readonly project: string;
  /** The full ref of the stream's branch: the cache branch, or the branch itself. */
  readonly ref: string;
  /** How verdicts are to be shown: as commit statuses, or as check runs. */
  readonly reportAs: 'statuses' | 'checks';
  /** The page that a status links to; null if people cannot reach the service. */
  readonly pageUrl: string | null;
  /** Where the stream stands, in words for people, Markdown. */
  standing(): Promise<string>;
  /** What other open streams of the repository say of a commit under a context: a line for each (B10). */
  others(commit: string, context: string): Promise<readonly OthersStatus[]>;
  /** Has the other open pull requests with that head say what stands there under that context. */
  handOver(commit: string, context: string): Promise<void>;
  /** Every commit that the log says we pushed for the stream. */
  pushed(): Promise<readonly string[]>;
  /** The repository's builds that the stream may start from: their commits, and what one of them left. */
  seeds(): Promise<{
    readonly commits: readonly string[];
    at(commit: string): Promise<Seed | null>;
  }>;
}

/** What another stream says of the same commit. `name`: `#13`, `@main`. */
export interface OthersStatus {
  readonly name: string;
  readonly state: StatusState;
  readonly description: string;
}

export type ParamsOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>['params'];

/**
 * Carries out one effect. It may have been carried out before, wholly or in part: it looks before it writes, or what
 * it writes compares equal.
 * @returns the event that came of it; null if the machine need not know
 * @throws {PortError}
 */
export type CarryOut<Type extends Effect['type']> = (
  params: ParamsOf<Type>,
  scene: Scene,
) => Promise<EventData | null>;
