import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivationPath, isStorePath } from '../../../machines/store-path.ts';
import type { World } from '../../ports/world.ts';
import { nixEnvironment } from '../nix/nix-environment.ts';
import { readDerivation } from '../store/derivation-file.ts';
import { keepPaths, recordedRoots } from '../store/keep-paths.ts';
import { removeDirectory } from '../store/state-files.ts';
import { invalidPaths, rootsIn } from '../store/store.ts';
import type { Warn } from './options.ts';

export type Outputs = Readonly<Record<string, string>>;

/**
 * The store on this machine, if it is Typhon's: nobody tells us, so it counts as at hand once something that Typhon has
 * just built could be rooted here, and no longer once one of its derivations is not here. To take another machine's
 * store for ours would be to call every cache gone.
 */
export class StoreAtHand {
  private readonly stateDir: string;
  private readonly world: World;
  private readonly warn: Warn;
  private readonly env: NodeJS.ProcessEnv;
  private readonly marker: string;

  constructor(options: { stateDir: string; world: World; warn: Warn }) {
    this.stateDir = options.stateDir;
    this.world = options.world;
    this.warn = options.warn;
    this.marker = join(options.stateDir, 'store-at-hand');
    this.env = nixEnvironment({
      own: process.env,
      gitConfigGlobal: '/dev/null',
      cacheDir: join(options.stateDir, 'cache'),
      nixConfig: '',
    });
  }

  /**
   * The outputs of a derivation by name, from its file: the truth, wherever the file comes from (C11).
   * @returns null where it is not at hand, or does not say
   */
  async outputsOf(drv: string): Promise<Outputs | null> {
    if (!derivationPath.safeParse(drv).success) return null;
    try {
      const { outputs } = await readDerivation(drv);
      const paths = Object.values(outputs);
      return paths.length > 0 && paths.every(isStorePath) ? outputs : null;
    } catch {
      await rm(this.marker, { force: true });
      return null;
    }
  }

  /** Makes GC roots in the directory for what Typhon has just built; Typhon's own hold one output each, whichever. */
  async root(directory: string, paths: readonly string[]): Promise<void> {
    try {
      await keepPaths(directory, paths, this.env, this.world);
      if ((await rootsIn(directory)).size === 0) return;
      await mkdir(this.stateDir, { recursive: true });
      await writeFile(this.marker, '');
    } catch (err) {
      this.warn('what Typhon built could not be kept from the garbage collector', { err });
    }
  }

  /** Keeps exactly these paths for a stream. @throws {PortError} */
  async retain(stream: string, paths: readonly string[]): Promise<void> {
    const directory = recordedRoots(this.stateDir, stream);
    if (paths.length === 0) await removeDirectory(directory);
    else if (await this.isAtHand()) await keepPaths(directory, paths, this.env, this.world);
  }

  /** Which of these are gone; none if that cannot be told. @throws {PortError} */
  async missing(paths: readonly string[]): Promise<readonly string[]> {
    if (paths.length === 0 || !(await this.isAtHand())) return [];
    const invalid = await invalidPaths(paths, this.env);
    return [...new Set(paths)].filter((path) => invalid.has(path));
  }

  private async isAtHand(): Promise<boolean> {
    try {
      await access(this.marker);
      return true;
    } catch {
      return false;
    }
  }
}
