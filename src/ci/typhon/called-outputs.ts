import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { storePath } from '../../../machines/store-path.ts';
import type { CiMessage } from '../../ports/ci.ts';
import { isMissing, list, readRecord, writeWhole } from '../store/state-files.ts';
import type { Outputs } from './store-at-hand.ts';

const told = z.record(z.string(), z.record(z.string(), storePath));

/** Commits whose builds we never asked for are told of too, and nobody will ever let go of those. */
const mostCommits = 2000;

/**
 * What `end` actions have told of outputs, by name: the only source where Typhon's store is out of reach.
 * `outputs/<commit>.json`: derivation to output name to store path.
 */
export class CalledOutputs {
  private readonly directory: string;
  private last: Promise<unknown> = Promise.resolve();

  constructor(stateDir: string) {
    this.directory = join(stateDir, 'outputs');
  }

  /** On disk when it returns. */
  async take({ commit, jobs }: CiMessage): Promise<void> {
    const news = jobs.flatMap(({ drv, outputs }) =>
      drv === null || Object.keys(outputs).length === 0 ? [] : [[drv, outputs] as const],
    );
    if (news.length === 0) return;
    await this.oneByOne(async () => {
      await mkdir(this.directory, { recursive: true });
      const known = (await readRecord(this.file(commit), told)) ?? {};
      await writeWhole(this.file(commit), { ...known, ...Object.fromEntries(news) });
      await this.prune();
    });
  }

  /** By derivation: what has been told of the commit so far. */
  async of(commit: string): Promise<Readonly<Record<string, Outputs>>> {
    return (await readRecord(this.file(commit), told)) ?? {};
  }

  async forget(commit: string): Promise<void> {
    await this.oneByOne(() => rm(this.file(commit), { force: true }));
  }

  private file(commit: string): string {
    return join(this.directory, `${commit}.json`);
  }

  /** Each reads a file that the one before it may be writing. */
  private oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => {});
    return mine;
  }

  private async prune(): Promise<void> {
    const names = await list(this.directory);
    if (names.length <= mostCommits) return;
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: await changed(join(this.directory, name)) })),
    );
    const oldest = dated.toSorted((one, other) => one.at - other.at).slice(0, mostCommits / 10);
    for (const { name } of oldest) await rm(join(this.directory, name), { force: true });
  }
}

async function changed(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
