import type { Service } from '../../src/service.ts';
import { fillLog } from '../replay/fill-log.ts';
import { seededLife, type SeededJob } from './seeded-lives.ts';

/** Where the page of the long run is. */
export const longRunPath = '/pulls/github/acme/compiler/2000';

/** So many pushes make a run of more than a thousand events. */
export const manyPushes = 120;

/**
 * Adds a pull request with a long run to a seeded site's log.
 * @returns how many events it has
 */
export async function addLongRun(
  service: Service,
  of: { readonly jobs: readonly SeededJob[]; readonly pushes: number; readonly number?: number },
): Promise<number> {
  const { number = 2000 } = of;
  const life = seededLife({
    repository: { id: '4101', name: 'acme/compiler' },
    jobs: of.jobs,
    number,
    title: 'Bring in everything at once',
    author: 'mira',
    standing: 'merged',
    pushes: of.pushes,
  });
  await fillLog(service.log.db, `github:4101#${number}`, life);
  return life.length;
}

export const fewJobs: readonly SeededJob[] = [
  ['compiler', 740],
  ['runtime', 320],
  ['tests', 510],
];

/** So many jobs that a build changes hundreds of places of the context at once. */
export const manyJobs: readonly SeededJob[] = Array.from({ length: 300 }, (_, index) => [
  `package-${index + 1}`,
  30 + index,
]);
