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
