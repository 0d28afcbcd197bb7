import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Http } from '../../../src/ci/typhon/http.ts';
import { TestWorld } from '../../doubles/test-world.ts';

interface Taken {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

async function server(body: string): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const http = createServer((request, response) => {
    taken.push({ path: request.url ?? '', headers: request.headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => http.close().closeAllConnections());
  return { port: (http.address() as AddressInfo).port, taken };
}

const ask = { method: 'GET', path: '/api/a%2Fb', patience: 5000 } as const;

test('a Typhon below a path, behind a password of its own', async () => {
  const { port, taken } = await server('yes');
  const http = new Http(`http://me:p%40ss@127.0.0.1:${String(port)}/typhon/`, new TestWorld());
  expect(await http.ask(ask)).toEqual({ status: 200, text: 'yes' });
  expect(taken).toMatchObject([
    {
      path: '/typhon/api/a%2Fb',
      headers: { authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    },
  ]);
});

test('F3 what is told of a Typhon that is not there names no password', async () => {
  const http = new Http('http://me:p%40ss@127.0.0.1:1', new TestWorld());
  await expect(http.ask(ask)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'nothing answers at http://127.0.0.1:1 (ECONNREFUSED)',
  });
});

test('of a long log its end is kept', async () => {
  const { port } = await server(`${'x'.repeat(5_000_000)}end`);
  const http = new Http(`http://127.0.0.1:${String(port)}`, new TestWorld());
  expect((await http.ask({ ...ask, last: 10 })).text).toBe('xxxxxxxend');
});
