import type { Commit } from '../git-read.ts';
import type { Site } from '../site.ts';
import type { HostedRepository } from '../state.ts';
import { type Json, nodeId } from './json.ts';
import { apiUrlOf, htmlUrlOf } from './repository.ts';

/** GitHub's `commit`. Nobody's e-mail address is known, so no author is an account. */
export function commitJson(site: Site, repository: HostedRepository, commit: Commit): Json {
  const api = apiUrlOf(site, repository);
  const html = htmlUrlOf(site, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
  };
}

/** A commit as `push` webhooks have it. */
export function pushedCommitJson(site: Site, repository: HostedRepository, commit: Commit): Json {
  const { name, email } = commit.author;
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${htmlUrlOf(site, repository)}/commit/${commit.sha}`,
    author: { name, email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

/** A commit as `merge_group` has it: GitHub's `simple-commit`. */
export function simpleCommitJson(commit: Commit): Json {
  const { author, committer } = commit;
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}
