import type { z } from 'zod';
import {
  appId,
  file,
  genericCi,
  gitForge,
  githubForge,
  nixCi,
  report,
  repository,
  typhonCi,
} from './schema.ts';
import { suggestion } from './suggestion.ts';

type Issue = z.core.$ZodIssue;

/** One line: where, what, and for an unknown key the nearest known one. */
export function describeIssue(issue: Issue | undefined, json: unknown): string {
  if (issue === undefined) return 'the configuration is not valid';
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return `${where === '' ? '' : `${where}: `}unknown key "${key}"${suggestion(key, knownKeys(issue.path, json))}`;
  }
  if (
    issue.code === 'invalid_union' &&
    'discriminator' in issue &&
    valueAt(json, issue.path) !== undefined
  )
    return `${where}: unknown kind; known here: ${knownKinds(issue.path).join(', ')}`;
  const value = valueAt(json, issue.path);
  return `${where === '' ? 'the configuration' : where}: ${value === undefined ? 'is missing' : issue.message}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const forgeKinds = { git: gitForge, github: githubForge };
const ciKinds = { nix: nixCi, typhon: typhonCi, generic: genericCi };

function knownKinds(path: readonly PropertyKey[]): string[] {
  return Object.keys(path[0] === 'forges' ? forgeKinds : ciKinds);
}

function knownKeys(path: readonly PropertyKey[], json: unknown): string[] {
  const [first, second, third] = path;
  if (first === undefined) return Object.keys(file.shape);
  if (first === 'forges' || first === 'ci') {
    if (third === 'app') return Object.keys(appId.shape);
    if (third !== undefined) return ['env', 'file'];
    const kind = valueAt(json, [first, second ?? '', 'kind']);
    const kinds = new Map(Object.entries(first === 'forges' ? forgeKinds : ciKinds));
    return Object.keys((typeof kind === 'string' ? kinds.get(kind)?.shape : undefined) ?? {});
  }
  if (first === 'repositories')
    return Object.keys(third === 'report' ? report.shape : repository.shape);
  if (first === 'listen') return ['host', 'port'];
  if (first === 'retry') return ['base', 'max'];
  if (first === 'deadlines') return ['start', 'finish'];
  if (first === 'database') return ['url', 'synchronous'];
  return [];
}
