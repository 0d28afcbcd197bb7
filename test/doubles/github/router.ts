import type { Route } from './route.ts';
import { accountRoutes } from './routes/account.ts';
import { appRoutes } from './routes/apps.ts';
import { checkRunRoutes } from './routes/check-runs.ts';
import { commentRoutes } from './routes/comments.ts';
import { hookRoutes } from './routes/hooks.ts';
import { issueEventRoutes } from './routes/issue-events.ts';
import { pullRoutes } from './routes/pulls.ts';
import { refRoutes } from './routes/refs.ts';
import { repositoryRoutes } from './routes/repository.ts';
import { statusRoutes } from './routes/statuses.ts';

/** Parts of a path that may hold slashes, encoded or not. */
const wide = new Set(['ref', 'branch', 'path']);

interface Pattern {
  readonly route: Route;
  readonly method: string;
  readonly expression: RegExp;
  readonly names: readonly string[];
}

function patternOf(route: Route): Pattern {
  const [method = '', template = ''] = route.operation.split(' ');
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const source = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    wide.has(name) ? '(.*)' : '([^/]+)',
  );
  return { route, method, names, expression: new RegExp(`^${source}$`) };
}

const patterns: readonly Pattern[] = [
  ...repositoryRoutes,
  ...refRoutes,
  ...pullRoutes,
  ...statusRoutes,
  ...checkRunRoutes,
  ...commentRoutes,
  ...issueEventRoutes,
  ...hookRoutes,
  ...appRoutes,
  ...accountRoutes,
].map(patternOf);

/** All that is served. */
export const operations: readonly string[] = patterns.map(({ route }) => route.operation);

/** The route of a request, and the decoded parts of its path; null: nobody serves it. */
export function routeOf(
  method: string,
  path: string,
): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | null {
  for (const { route, names, ...pattern } of patterns) {
    const match = pattern.method === method ? pattern.expression.exec(path) : null;
    if (match === null) continue;
    const parts = names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]);
    return { route, path: Object.fromEntries(parts) };
  }
  return null;
}
