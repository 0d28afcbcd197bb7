import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { GitHubDouble } from '../doubles/github/github-double.ts';
import { endpoint } from '../doubles/github/small-world.ts';
import { startGitHub } from '../doubles/github/start.ts';
import type { HostedRepository } from '../doubles/github/state.ts';
import { scripted, secret } from '../doubles/typhon/fixture.ts';
import { runHere } from './run-here.ts';

const report = z.object({
  checks: z.array(z.object({ name: z.string(), ok: z.boolean().nullable(), message: z.string() })),
});

interface Laid {
  readonly github: GitHubDouble;
  readonly repository: HostedRepository;
  /** What doctor says of a name, a line each, with ✓ or ✗. */
  readonly doctor: (name: string) => Promise<string[]>;
}

/** A configuration of GitHub and Typhon in which everything is right. */
async function laid(more: { readonly hook?: (url: string) => string } = {}): Promise<Laid> {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const github = await startGitHub();
  const repository = github.repository('o/r');
  const token = github.token('orthrus-bot', repository, 'admin');
  const base = repository.git.commit(null, { 'a.c': '1' });
  await github.people.push(repository, 'main', base);
  const { url } = await endpoint();
  github.hook(repository, { url: more.hook?.(url) ?? url, secret: 'hush' });
  await github.settled();
  const { typhon } = await scripted();
  for (const [name, content] of Object.entries({ token, hook: 'hush', typhon: secret, call: 'c' }))
    writeFileSync(join(folder, name), content);
  const config = join(folder, 'orthrus.json');
  writeFileSync(
    config,
    JSON.stringify({
      listen: { port: 1 },
      publicUrl: new URL(url).origin,
      forges: {
        github: {
          kind: 'github',
          apiUrl: github.apiUrl,
          webhookSecret: { file: 'hook' },
          token: { file: 'token' },
        },
      },
      ci: {
        typhon: {
          kind: 'typhon',
          url: typhon.url,
          webhookSecret: { file: 'typhon' },
          callbackSecret: { file: 'call' },
        },
      },
      repositories: [{ forge: 'github', name: 'o/r', ci: 'typhon', project: 'demo' }],
    }),
  );
  return {
    github,
    repository,
    async doctor(name) {
      const { out } = await runHere('doctor', '--json', '--config', config);
      return report
        .parse(JSON.parse(out))
        .checks.filter((check) => check.name === name)
        .map(({ ok, message }) => `${ok === true ? '✓' : '✗'} ${message}`);
    },
  };
}

test('doctor says of GitHub and Typhon, a line each, what is right', async () => {
  const { doctor } = await laid();
  const atGitHub = await doctor('github:o/r');
  expect(atGitHub.filter((line) => line.startsWith('✗'))).toEqual([]);
  for (const said of [/token.*orthrus-bot/, /webhook/, /workflow/])
    expect(atGitHub).toContainEqual(expect.stringMatching(said));
  const atTyphon = await doctor('CI typhon');
  expect(atTyphon.filter((line) => line.startsWith('✗'))).toEqual([]);
  expect(atTyphon).toContainEqual(expect.stringMatching(/^✓ .*webhook.* [0-9]+ ms/));
});

test('doctor says of GitHub and Typhon what is wrong, and what to do', async () => {
  const { github, repository, doctor } = await laid({
    hook: (url) => url.replace('/webhooks/github', '/elsewhere'),
  });
  expect(await doctor('github:o/r')).toContainEqual(
    expect.stringMatching(/^✗ .*webhook.*\/webhooks\/github/),
  );
  for (const [token, spoken] of github.site.tokens)
    if (spoken.kind === 'personal') github.revoke(token);
  expect(await doctor('github:o/r')).toEqual([expect.stringMatching(/^✗ token: /)]);
  expect(repository.pulls.size).toBe(0);
});
