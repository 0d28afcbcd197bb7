import type { BuildKey } from '../../../machines/build.ts';
import type { BuildListener } from '../../ports/ci.ts';
import type { World } from '../../ports/world.ts';

export interface NixCiOptions {
  /** The flake output that holds the jobs, a path of names: `typhonJobs`, `checks.x86_64-linux`. */
  readonly attribute: string;
  /** How many jobs are built at once, and how many evaluations, over all builds. */
  readonly parallel: number;
  /** Ours alone. Everything that has to outlive this process is in it. */
  readonly stateDir: string;
  /** The git configuration that Nix's fetcher reads; nothing else reaches it with `safe.directory`. */
  readonly gitConfigGlobal: string;
  readonly world: World;
  readonly listener: BuildListener;
  /** Lines of nix.conf, after those of the service's own `NIX_CONFIG`. */
  readonly nixConfig?: string;
  /** Where a person reads the log of a job. */
  readonly logUrl?: (stream: string, build: BuildKey, job: string) => string | null;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMilliseconds?: number;
}
