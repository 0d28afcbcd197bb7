import type { BuildListener } from '../../ports/ci.ts';
import type { World } from '../../ports/world.ts';

export type Warn = (message: string, detail: object) => void;

export interface TyphonCiOptions {
  /** Where Typhon is, `http://127.0.0.1:3000`; with a path, if it is served below one. */
  readonly url: string;
  /** The projects' `github_webhook_secret`. */
  readonly webhookSecret: string;
  /** What the `begin` and `end` actions sign their calls with. */
  readonly callbackSecret: string;
  /** Milliseconds between two looks at what is followed; events make it faster, and may be lost. */
  readonly pollEvery: number;
  /** Ours alone: GC roots, and what the actions have told. */
  readonly stateDir: string;
  readonly world: World;
  readonly listener: BuildListener;
  readonly warn?: Warn;
}
