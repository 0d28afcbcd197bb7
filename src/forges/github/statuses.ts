import { z } from 'zod';
import type { CommitStatus, ForgeRepository } from '../../ports/forge.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';

/** A commit status. GitHub keeps them all and shows the newest of a context. */
export async function postStatus(
  access: Access,
  { name }: ForgeRepository,
  { commit, context, state, description, url }: CommitStatus,
): Promise<void> {
  const api = await access.on(name);
  await api.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
    ...ownerAndRepo(name),
    sha: commit,
    state,
    context,
    description,
    ...(url === null ? {} : { target_url: url }),
  });
}

const listed = z.array(
  z.object({
    context: z.string(),
    state: z.string(),
    description: z.string().nullish(),
    target_url: z.string().nullish(),
  }),
);

/** Whether the newest status of that context is this very one. GitHub lists the newest first. */
export async function stands(
  access: Access,
  { name }: ForgeRepository,
  { commit, context, state, description, url }: CommitStatus,
): Promise<boolean> {
  const api = await access.on(name);
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses';
  const parameters = { ...ownerAndRepo(name), ref: commit, per_page: 100 };
  const newest = (await api.get(listed, route, parameters)).find((one) => one.context === context);
  return (
    newest?.state === state &&
    newest.description === description &&
    (newest.target_url ?? null) === url
  );
}
