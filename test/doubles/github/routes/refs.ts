import { notFound } from '../answer.ts';
import { commitAt, git, readCommits, readRefs } from '../git-read.ts';
import { onRepository, type RepositoryCall, type Route } from '../route.ts';
import { commitJson } from '../shapes/commit.ts';
import { type Json, nodeId } from '../shapes/json.ts';
import { apiUrlOf, htmlUrlOf } from '../shapes/repository.ts';
import type { Need } from '../access.ts';

const reading: readonly Need[] = [['contents', 'read']];

/** Refs whose commits the API can see. */
async function visibleRefs({ site, repository }: RepositoryCall): Promise<[string, string][]> {
  return [...(await readRefs(repository))].filter(([, sha]) => !site.hidden.has(sha));
}

async function refJson({ site, repository }: RepositoryCall, ref: string, sha: string) {
  const type = await git(repository, 'cat-file', '-t', sha);
  const url = `${apiUrlOf(site, repository)}/git`;
  const folder = type === 'tag' ? 'tags' : 'commits';
  return {
    ref,
    node_id: nodeId('REF', ref),
    url: `${url}/${ref}`,
    object: { sha, type, url: `${url}/${folder}/${sha}` },
  };
}

async function entryJson(call: RepositoryCall, line: string, ref: string): Promise<Json> {
  const [, type = '', sha = '', size = '', path = ''] =
    /^\d+ (\w+) ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(line) ?? [];
  const api = apiUrlOf(call.site, call.repository);
  const html = htmlUrlOf(call.site, call.repository);
  const folder = type === 'tree';
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git_url = `${api}/git/${folder ? 'trees' : 'blobs'}/${sha}`;
  const html_url = `${html}/${folder ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    type: folder ? 'dir' : 'file',
    size: folder ? 0 : Number(size),
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha,
    url,
    git_url,
    html_url,
    download_url: folder ? null : `${html}/raw/${ref}/${path}`,
    _links: { self: url, git: git_url, html: html_url },
  };
}

export const refRoutes: readonly Route[] = [
  onRepository('GET /repos/{owner}/{repo}/branches/{branch}', reading, async (call) => {
    const { site, repository, path } = call;
    const name = path['branch'] ?? '';
    const sha = new Map(await visibleRefs(call)).get(`refs/heads/${name}`);
    const [commit] = sha === undefined ? [] : await readCommits(repository, [sha], 1);
    if (commit === undefined) throw notFound();
    const url = `${apiUrlOf(site, repository)}/branches/${name}`;
    return {
      status: 200,
      body: {
        name,
        commit: commitJson(site, repository, commit),
        _links: { self: url, html: `${htmlUrlOf(site, repository)}/tree/${name}` },
        protected: repository.protections.has(name),
        protection: {
          enabled: repository.protections.has(name),
          required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
        },
        protection_url: `${url}/protection`,
      },
    };
  }),

  onRepository('GET /repos/{owner}/{repo}/git/ref/{ref}', reading, async (call) => {
    const ref = `refs/${call.path['ref'] ?? ''}`;
    const sha = new Map(await visibleRefs(call)).get(ref);
    if (sha === undefined) throw notFound();
    return { status: 200, body: await refJson(call, ref, sha) };
  }),

  onRepository('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', reading, async (call) => {
    const prefix = `refs/${call.path['ref'] ?? ''}`;
    const refs = (await visibleRefs(call)).filter(([ref]) => ref.startsWith(prefix));
    return {
      status: 200,
      body: await Promise.all(refs.map(([ref, sha]) => refJson(call, ref, sha))),
    };
  }),

  onRepository('GET /repos/{owner}/{repo}/contents/{path}', reading, async (call) => {
    const { site, repository } = call;
    const ref = call.query['ref'] ?? repository.defaultBranch;
    const path = (call.path['path'] ?? '').replace(/\/+$/, '');
    const commit = await commitAt(repository, ref);
    if (commit === null || site.hidden.has(commit)) throw notFound();
    const list = async (...paths: string[]): Promise<string[]> => {
      const args = ['-z', '-l', '--full-tree', commit, '--', ...paths];
      return (await git(repository, 'ls-tree', ...args)).split('\0').filter((line) => line !== '');
    };
    const entries = path === '' ? await list() : await list(path);
    const [entry] = entries;
    if (entry === undefined) throw notFound();
    if (path === '' || entry.split(' ')[1] === 'tree') {
      const inside = path === '' ? entries : await list(`${path}/`);
      return {
        status: 200,
        body: await Promise.all(inside.map((line) => entryJson(call, line, ref))),
      };
    }
    const text = repository.git.show(commit, path);
    const lines = Buffer.from(text).toString('base64').replaceAll(/.{60}/g, '$&\n');
    const json = await entryJson(call, entry, ref);
    return { status: 200, body: { ...json, content: `${lines}\n`, encoding: 'base64' } };
  }),
];
