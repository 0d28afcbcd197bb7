import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import type { LogDatabase } from '../../src/log/database.ts';
import { Story } from '../scenarios/story.ts';
import { beginning } from '../replay/fill-log.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** `orthrus inspect` in a process of its own. It ends with the test. */
export async function start(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly url: string; interrupt(): Promise<number | null> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (data) => {
      said += String(data);
      const found = /the inspector is at (\S+)\n/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`inspect ended with ${code}`)));
  });
  return {
    url,
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** The real service, #1 building, with `--inspect` or without. It ends with the test. */
export async function inspected(
  config: Record<string, unknown>,
  inspect = true,
): Promise<{ readonly story: Story; readonly url: string; close(): Promise<void> }> {
  const story = new Story({ config, repository: { branches: [] } });
  onTestFinished(() => story.end());
  story.pushPull(1, story.pushMain({ 'a.c': 'base' }), { 'a.c': 'first' });
  await story.start();
  story.ci.begin(await story.build(1));
  await story.until(1, 'building');
  const http = createApp(story.service, { inspect });
  const server = await listen(http.app, { host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    http.close();
    await server.close();
  };
  onTestFinished(close);
  return { story, url: server.url, close };
}

/** Adds what a chatty forge would: observations, each with another title. Quick, for runs of thousands. */
export async function lengthen(db: LogDatabase, stream: string, to: number): Promise<void> {
  const { position: _, ...row } = await db
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', stream)
    .where('type', '=', 'pull.observed')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  const { last } = await db
    .selectFrom('events')
    .select((of) => of.fn.max('version').as('last'))
    .where('stream', '=', stream)
    .executeTakeFirstOrThrow();
  const data = JSON.parse(row.data);
  const versions = Array.from({ length: to - last }, (_item, index) => last + 1 + index);
  const rows = versions.map((version) => ({
    ...row,
    version,
    key: null,
    data: JSON.stringify({ ...data, pull: { ...data.pull, title: `title ${version}` } }),
    recorded_at: beginning + version,
  }));
  for (let n = 0; n < rows.length; n += 500)
    await db
      .insertInto('events')
      .values(rows.slice(n, n + 500))
      .execute();
}
