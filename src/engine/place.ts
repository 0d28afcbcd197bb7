import { streamName, type Subject } from '../../machines/stream.ts';
import type { RepositoryConfig } from '../config/schema.ts';
import type { Ci } from '../ports/ci.ts';
import type { Forge, ForgeRepository } from '../ports/forge.ts';
import type { Mirror } from '../ports/mirror.ts';

/** One configured repository, with everything that acts on it. */
export interface Place {
  readonly config: RepositoryConfig;
  readonly forge: Forge;
  readonly ci: Ci;
  readonly repository: ForgeRepository;
  readonly mirror: Mirror;
}

/** Opens a place: asks its forge who the repository is, and opens its mirror. May fail, and be tried again. */
export type OpenPlace = (config: RepositoryConfig) => Promise<Place>;

/** The places that are open. One whose forge was out of reach at start is opened by a later reconcile. */
export class Places {
  readonly #configs: readonly RepositoryConfig[];
  readonly #open: OpenPlace;
  readonly #places = new Map<RepositoryConfig, Place>();

  constructor(configs: readonly RepositoryConfig[], open: OpenPlace) {
    this.#configs = configs;
    this.#open = open;
  }

  get configs(): readonly RepositoryConfig[] {
    return this.#configs;
  }

  async open(config: RepositoryConfig): Promise<Place> {
    const known = this.#places.get(config);
    if (known !== undefined) return known;
    const place = await this.#open(config);
    this.#places.set(config, place);
    return place;
  }

  /** Opens a place anew: its repository was renamed or transferred, or is to be looked for again (B8). */
  async reopen(config: RepositoryConfig): Promise<Place> {
    const place = await this.#open(config);
    this.#places.set(config, place);
    return place;
  }

  /** The open places whose builds a CI makes. */
  ofCi(ci: string): Place[] {
    return [...this.#places.values()].filter((place) => place.config.ci === ci);
  }

  byId(forge: string, id: string): Place | null {
    return this.#find((place) => place.config.forge === forge && place.repository.id === id);
  }

  byName(forge: string, name: string): Place | null {
    return this.#find((place) => place.config.forge === forge && place.repository.name === name);
  }

  #find(wanted: (place: Place) => boolean): Place | null {
    for (const place of this.#places.values()) if (wanted(place)) return place;
    return null;
  }
}

/** The CI's own name for the repository. */
export function projectOf({ config, repository }: Place): string {
  return config.project ?? repository.name;
}

export function streamOf(place: Place, subject: Subject): string {
  return streamName({
    forge: place.config.forge,
    repositoryId: place.repository.id,
    subject,
  });
}

/** The cache branch of a pull request. */
export function cacheBranchOf(config: RepositoryConfig, number: number): string {
  return config.cacheBranch.replaceAll('{number}', String(number));
}

/** The number of the pull request whose cache branch this is, or null. */
export function numberOfCacheBranch(config: RepositoryConfig, branch: string): number | null {
  const [before = '', after = ''] = config.cacheBranch.split('{number}');
  if (!branch.startsWith(before) || !branch.endsWith(after)) return null;
  const digits = branch.slice(before.length, branch.length - after.length);
  return /^[1-9][0-9]{0,9}$/.test(digits) && cacheBranchOf(config, Number(digits)) === branch
    ? Number(digits)
    : null;
}
