import type { EvaluatedJob } from './work.ts';
import type { Task } from './task.ts';

/** A project of Typhon's. */
export interface Project {
  readonly name: string;
  /** The bare repository's absolute path. */
  readonly repository: string;
}

export interface Jobset {
  readonly project: string;
  readonly name: string;
  readonly flake: boolean;
  readonly url: string;
}

export interface Evaluation {
  readonly uuid: string;
  readonly project: string;
  readonly jobset: string;
  readonly flake: boolean;
  /** What the branch was locked to, and the flake URL that says so. */
  readonly revision: string;
  readonly url: string;
  readonly created: number;
  readonly task: Task;
  jobs: readonly Job[];
}

export interface Job extends EvaluatedJob {
  readonly evaluation: Evaluation;
  /** One of the outputs, whichever. */
  readonly out: string;
  readonly runs: Run[];
}

export interface Run {
  readonly job: Job;
  readonly num: number;
  begin: Action | null;
  build: Build | null;
  end: Action | null;
}

export interface Build {
  readonly uuid: string;
  readonly drv: string;
  readonly created: number;
  readonly task: Task;
}

export interface Action {
  readonly uuid: string;
  readonly project: string;
  readonly name: 'begin' | 'end';
  /** JSON. */
  readonly input: string;
  readonly path: string;
  readonly created: number;
  readonly task: Task;
}
