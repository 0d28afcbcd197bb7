import { z } from 'zod';
import { type Api, ownerAndRepo } from '../api.ts';
import { bad, type Finding, good, isCode } from './finding.ts';
import { mayRunOnPush } from './workflow-triggers.ts';

const folder = z.array(z.object({ path: z.string(), type: z.string() }));
const file = z.object({ content: z.string() });

/** Workflows of the default branch that a push to a cache branch may start. */
export async function workflowFindings(
  api: Api,
  repository: string,
  seesPushes: boolean,
): Promise<readonly Finding[]> {
  const route = 'GET /repos/{owner}/{repo}/contents/{path}';
  const place = ownerAndRepo(repository);
  let files: readonly string[];
  try {
    const found = await api.get(folder, route, { ...place, path: '.github/workflows' });
    files = found
      .filter(({ path, type }) => type === 'file' && /\.ya?ml$/.test(path))
      .map(({ path }) => path);
  } catch (error) {
    if (isCode(error, 'not-found')) return [good('workflows: none')];
    throw error;
  }
  const running: string[] = [];
  for (const path of files) {
    const { content } = await api.get(file, route, { ...place, path });
    if (mayRunOnPush(Buffer.from(content, 'base64').toString('utf8'))) running.push(path);
  }
  if (running.length === 0) return [good('workflows: none runs on cache branches')];
  const named = `workflows: ${running.join(', ')} may run on cache branches`;
  return [
    seesPushes
      ? bad(`${named}; give their push triggers a "branches-ignore" with the cache branches`)
      : good(`${named}, but for the [skip ci] that every commit of Orthrus carries`),
  ];
}
