import type { BuildError, JobResult } from '../../machines/build.ts';
import type { EventData } from '../../machines/fold.ts';
import type { CommitStatus } from '../../src/ports/forge.ts';
import type { Act } from './plan.ts';
import type { Derivation, Job } from './models/jobs.ts';

/** What happened in the world, as somebody saw it who sees everything. Rules look at each as it comes. */
export type Fact =
  /** An item of the plan was carried out. */
  | { readonly kind: 'performed'; readonly act: Act }
  /** A branch was moved: by the service, or by people. */
  | {
      readonly kind: 'moved';
      readonly by: 'us' | 'people';
      readonly branch: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  /** A status was to be put. `isNew`: the newest of its context was another one. */
  | { readonly kind: 'published'; readonly status: CommitStatus; readonly isNew: boolean }
  | { readonly kind: 'commented'; readonly number: number; readonly marker: string }
  /** The answer to a call was lost, though it was carried out. */
  | { readonly kind: 'answer-lost'; readonly place: string }
  /** A pull request came to have that head, or was opened (again) with it, or was marked ready. */
  | { readonly kind: 'headed'; readonly number: number; readonly head: string }
  /** Somebody who may write said that this head may be built. */
  | { readonly kind: 'approved'; readonly number: number; readonly head: string }
  /** Somebody asked for a build of what has been built. */
  | { readonly kind: 'asked'; readonly number: number; readonly cold: boolean }
  /** The CI evaluated a job of a build: `isBuilt` if its outputs were not there. */
  | {
      readonly kind: 'evaluated';
      readonly build: BuildOf;
      readonly job: Job;
      readonly derivation: Derivation;
      readonly isBuilt: boolean;
    }
  /** A build ended, whoever knows of it. */
  | {
      readonly kind: 'ended';
      readonly build: BuildOf;
      readonly jobs: readonly JobResult[];
      readonly error: BuildError | null;
    }
  | { readonly kind: 'collected'; readonly path: string; readonly wasRooted: boolean }
  /** The service asked which of these are gone; they were there. */
  | { readonly kind: 'seen-there'; readonly paths: readonly string[] }
  | { readonly kind: 'died' }
  | { readonly kind: 'began' }
  | {
      readonly kind: 'recorded';
      readonly stream: string;
      readonly version: number;
      readonly state: string;
      readonly handled: boolean;
      readonly event: EventData;
    }
  /** The service logged an error that is none of those it knows. */
  | { readonly kind: 'surprise'; readonly error: unknown };

/** A build: of a stream's attempt; or of a push, by a CI that builds what is pushed (`stream` null). */
export interface BuildOf {
  readonly stream: string | null;
  readonly commit: string;
  readonly attempt: number;
  /** The branch that was built: its full ref. */
  readonly ref: string;
}

export type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;
