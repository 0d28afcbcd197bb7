import express from 'express';
import { expect, test } from 'vitest';
import { EventFeed } from '../../src/http/event-feed.ts';
import { listen } from '../../src/http/listen.ts';
import { openSite } from './site.ts';

function readerOf({ body }: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (body === null) throw new Error('the answer has no body');
  return body.getReader();
}

/** Reads a stream of events until it holds `text`. */
async function until(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  text: string,
): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  while (!read.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream has ended after ${JSON.stringify(read)}`);
    read += decoder.decode(value, { stream: true });
  }
  return read;
}

test('every event is told as it is recorded', async () => {
  const { story, get, close } = await openSite();
  const response = await get('/api/stream');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = readerOf(response);
  await until(reader, 'retry: 3000\n\n');

  story.ci.begin(await story.build(1));
  await story.settle();
  const version = (await story.events(1)).length;
  const text = await until(reader, '\n\n');
  const [id, data = ''] = text.trim().split('\n');
  expect(id).toBe(`id: ${story.stream(1)}/${version}`);
  expect(JSON.parse(data.replace('data: ', ''))).toEqual({
    stream: story.stream(1),
    version,
    type: 'build.started',
    state: 'building',
    handled: true,
    at: expect.any(Number),
  });

  story.world.advance(20_000);
  expect(await until(reader, '\n\n')).toBe(':\n\n');

  await close();
  expect((await reader.read()).done).toBe(true);
});

test('a client that has gone is forgotten, and one that does not read is dropped', async () => {
  const { story } = await openSite();
  const feed = new EventFeed(story.service.engine);
  const app = express();
  app.get('/', (_request, response) => feed.add(response));
  const server = await listen(app, { host: '127.0.0.1', port: 0 });

  const gone = new AbortController();
  await fetch(server.url, { signal: gone.signal });
  expect(feed.size).toBe(1);
  gone.abort();
  await expect.poll(() => feed.size).toBe(0);

  const deaf = await fetch(server.url);
  const build = await story.build(1);
  for (let told = 0; feed.size > 0; told += 1) {
    // The sockets of both sides hold some megabytes before anything waits here.
    expect(told).toBeLessThan(100_000);
    for (let many = 0; many < 200; many += 1) feed.tell(`: ${'x'.repeat(1000)}\n\n`);
    await new Promise(setImmediate);
  }
  story.ci.begin(build);
  await story.settle();
  await deaf.body?.cancel().catch(() => {});
  feed.close();
  await server.close();
});
