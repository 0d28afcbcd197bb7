import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';

test('a port in use is told in one line', async () => {
  const app = express();
  const first = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => first.close());
  const port = Number(new URL(first.url).port);
  await expect(listen(app, { host: '127.0.0.1', port })).rejects.toThrow(
    `127.0.0.1:${port} is in use; stop what listens there, or set another "listen.port" in the configuration`,
  );
  await expect(listen(app, { host: '192.0.2.1', port: 0 })).rejects.toThrow(
    '192.0.2.1 is no address of this machine; correct "listen.host"',
  );
});

test('its address is one that can be connected to', async () => {
  const app = express();
  app.get('/', (_request, response) => {
    response.send('here');
  });
  const server = await listen(app, { host: '0.0.0.0', port: 0 });
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
  expect(await (await fetch(server.url)).text()).toBe('here');
  await server.close();
});

test('closing does not wait for who never ends', async () => {
  const app = express();
  app.get('/', (_request, response) => {
    response.write('for ever');
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const endless = await fetch(server.url);
  await server.close();
  await expect(endless.text()).rejects.toThrow('terminated');
});
