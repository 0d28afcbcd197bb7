import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failed } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, webhookSecret } from './github-story.ts';

const postStatus = 'POST /repos/{owner}/{repo}/statuses/{sha}';

test.each(['token', 'app'] as const)(
  'F3 a server that repeats our secrets brings them nowhere (%s)',
  async (as) => {
    const story = await beginAtGitHub({ as });
    const { github, ci } = story;
    const base = await story.pushMain({ 'a.c': 'base' });
    await story.start();
    // Those of an App are made while we run.
    const tokens = [...github.site.tokens.keys()];
    const secrets = [
      ...tokens,
      ...tokens.map((token) => Buffer.from(`x-access-token:${token}`).toString('base64')),
      webhookSecret,
      (story.app?.privateKey ?? '').split('\n')[2] ?? '',
    ].filter((secret) => secret !== '');
    const repeated = `you sent ${secrets.join(', ')}`;
    github.faults.add({
      trouble: { kind: 'status', status: 422, message: repeated },
      on: postStatus,
    });
    story.repository.protections.set('orthrus/*', repeated);
    const { head } = await story.open('feature', base, { 'a.c': 'first' });
    await story.until(1, 'blocked');
    await story.settle();
    story.repository.protections.clear();
    story.world.advance(3_600_000);
    await story.until(1, 'building');
    await story.settle();
    ci.finish(await story.build(1), failed('app', { error: repeated }));
    await story.until(1, 'idle');
    await story.settle();

    const answers: string[] = [];
    for (const path of [
      '/pulls/github/o/r/1',
      '/api/pulls/github/o/r/1',
      '/api/pulls/github/o/r/1/events',
    ])
      answers.push(await (await fetch(`${story.url}${path}`)).text());
    const database = readdirSync(story.directory)
      .filter((name) => name.startsWith('orthrus.db'))
      .map((name) => readFileSync(join(story.directory, name)).toString('latin1'));
    const told = [
      story.logged.join(''),
      answers.join(''),
      database.join(''),
      JSON.stringify(story.repository.statuses),
    ].join('\n');
    expect(told).toContain('you sent [secret]');
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    expect(Object.keys(story.statuses(head))).toContain('orthrus');
    expect(github.ledger.transcript().length).toBeGreaterThan(0);
  },
);
