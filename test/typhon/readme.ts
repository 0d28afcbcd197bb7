import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { callbackSecret, webhookSecret } from '../github/github-story.ts';
import { projectSecret, type TyphonStoryOptions } from './typhon-story.ts';

const readme = resolve(import.meta.dirname, '../../README.md');

/** Of the configuration only what a test has to change: where things are. */
const shown = z.looseObject({
  forges: z.looseObject({ github: z.looseObject({}) }),
  ci: z.looseObject({ typhon: z.looseObject({ url: z.string() }) }),
  repositories: z.tuple([z.looseObject({ name: z.string() })]),
});
const own = z.object({ forges: z.object({ github: z.object({ apiUrl: z.string() }) }) });

/** What GitHub's settings call the permissions and events, and what its API does. */
const permissions: Readonly<Record<string, string>> = {
  Contents: 'contents',
  'Commit statuses': 'statuses',
  Webhooks: 'repository_hooks',
  'Pull requests': 'pull_requests',
  Issues: 'issues',
};
const events: Readonly<Record<string, string>> = {
  'Pull requests': 'pull_request',
  Pushes: 'push',
  'Issue comments': 'issue_comment',
  'Merge groups': 'merge_group',
  'Check runs': 'check_run',
  Statuses: 'status',
  Repositories: 'repository',
};

/**
 * A story as the README's section "With GitHub and Typhon" has it: its configuration but for where GitHub and Typhon are,
 * its token's permissions, its webhook's events, and the secrets in the environment where it says they are.
 */
export function asTheReadmeSays(): TyphonStoryOptions {
  const [, after = ''] = readFileSync(readme, 'utf8').split('\n## With GitHub and Typhon\n');
  const [section = ''] = after.split('\n## ');
  const block = /```json\n([^]*?)```/.exec(section)?.[1] ?? '';
  const config = shown.parse(JSON.parse(block));
  const secrets = {
    GITHUB_WEBHOOK_SECRET: webhookSecret,
    TYPHON_WEBHOOK_SECRET: projectSecret,
    ORTHRUS_CALLBACK_SECRET: callbackSecret,
    ORTHRUS_OPERATOR_TOKEN: 'operator-token-of-the-story',
  };
  for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return {
    name: config.repositories[0].name,
    permissions: Object.fromEntries(
      namedIn(paragraph(section, '**1. '), permissions).map((name) => [name, 'write' as const]),
    ),
    events: namedIn(paragraph(section, '**4. '), events),
    whole: (given, url) => ({
      ...config,
      forges: {
        github: { ...config.forges.github, apiUrl: own.parse(given).forges.github.apiUrl },
      },
      ci: { typhon: { ...config.ci.typhon, url } },
    }),
  };
}

const paragraph = (section: string, start: string): string =>
  section.split('\n\n').find((text) => text.startsWith(start)) ?? '';

/** What stands in italics there, each by its other name. */
function namedIn(text: string, names: Readonly<Record<string, string>>): string[] {
  const italics = [...text.matchAll(/(?<!\*)\*([A-Z][^*]*)\*(?!\*)/g)].map(([, name = '']) => name);
  return italics.flatMap((name) => names[name.replaceAll('\n', ' ')] ?? []);
}
