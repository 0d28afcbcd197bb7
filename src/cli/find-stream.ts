import { parseStreamName, type StreamName } from '../../machines/stream.ts';
import type { Config } from '../config/schema.ts';
import { suggestion } from '../config/suggestion.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { CliError } from './cli-error.ts';

/** A pull request or a branch as people name it. */
export function nameOf(row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>): string {
  const subject = row.number === null ? `@${row.branch ?? ''}` : `#${row.number}`;
  return `${row.forge}:${row.repository}${subject}`;
}

/** @throws {CliError} `usage` for what is no name, or names no forge or repository of the configuration */
export function parsePull(text: string, config: Config): StreamName {
  const name = parseStreamName(text);
  if (name === null)
    throw new CliError(
      'usage',
      `"${text}" names no pull request; write forge:owner/repo#12, or forge:owner/repo@main for a branch`,
    );
  const forges = Object.keys(config.forges);
  if (!forges.includes(name.forge))
    throw new CliError(
      'usage',
      `there is no forge "${name.forge}" in the configuration${suggestion(name.forge, forges)}`,
    );
  return name;
}

/**
 * The stream that a person means: by the repository's name, or by its forge's own id.
 * @throws {CliError} what is not known, and what is
 */
export async function findStream(db: LogDatabase, config: Config, text: string): Promise<PullRow> {
  const name = parsePull(text, config);
  const { forge, repositoryId, subject } = name;
  const inRepository = db
    .selectFrom('pulls')
    .selectAll()
    .where('forge', '=', forge)
    .where((row) =>
      row.or([row('repository', '=', repositoryId), row('repository_id', '=', repositoryId)]),
    );
  const found = await (subject.kind === 'pull'
    ? inRepository.where('number', '=', subject.number)
    : inRepository.where('branch', '=', subject.branch)
  )
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (found !== undefined) return found;
  throw await unknown(db, config, name);
}

async function unknown(db: LogDatabase, config: Config, name: StreamName): Promise<CliError> {
  const { forge, repositoryId, subject } = name;
  const rows = await db
    .selectFrom('pulls')
    .select(['repository', 'repository_id', 'number', 'branch', 'forge'])
    .where('forge', '=', forge)
    .orderBy('updated_at', 'desc')
    .execute();
  const repositories = new Set([
    ...config.repositories.filter((of) => of.forge === forge).map((of) => of.name),
    ...rows.map((row) => row.repository),
  ]);
  const here = rows.filter(
    (row) => row.repository === repositoryId || row.repository_id === repositoryId,
  );
  if (!repositories.has(repositoryId) && here.length === 0)
    return new CliError(
      'usage',
      `there is no repository "${repositoryId}" at ${forge}${suggestion(repositoryId, [...repositories])}`,
    );
  const known = here
    .filter((row) => (subject.kind === 'pull' ? row.number !== null : row.branch !== null))
    .map((row) => (subject.kind === 'pull' ? `#${row.number}` : `@${row.branch}`));
  const wanted = subject.kind === 'pull' ? `#${subject.number}` : `@${subject.branch}`;
  const rest = known.length > 5 ? `, and ${known.length - 5} more` : '';
  return new CliError(
    'failed',
    `nothing is known of ${forge}:${repositoryId}${wanted}; ${
      known.length === 0
        ? 'nothing has been seen there yet: `orthrus reconcile` looks again'
        : `known there: ${known.slice(0, 5).join(', ')}${rest}`
    }`,
  );
}
