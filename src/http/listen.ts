import { createServer, type Server } from 'node:http';
import type { Express } from 'express';

/** The address cannot be listened on; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'listen';
}

export interface Listening {
  /** Where it can be reached from this machine, `http://127.0.0.1:3100`. */
  readonly url: string;
  /** Takes no new requests; those under way have a second to end. */
  close(): Promise<void>;
}

/** @throws {ListenError} */
export async function listen(
  app: Express,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asListenError(error, at)));
    server.listen(at.port, at.host, resolve);
  });
  return { url: urlOf(server, at.host), close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const enough = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(enough);
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // A wildcard is no address to connect to.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function asListenError(error: Error, { host, port }: { host: string; port: number }): Error {
  const code = 'code' in error ? error.code : null;
  const at = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${at} is in use; stop what listens there, or set another "listen.port" in the configuration`,
      );
    case 'EACCES':
      return new ListenError(
        `this user may not listen on ${at}; set "listen.port" to one above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(`${host} is no address of this machine; correct "listen.host"`);
    default:
      return new ListenError(`cannot listen on ${at}: ${error.message}`);
  }
}
