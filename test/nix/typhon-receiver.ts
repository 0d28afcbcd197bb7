import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The raw bytes: what a signature is over. */
  readonly body: Buffer;
}

/** What it answers: a status and a body, or nothing at all, by closing the connection. */
export type Answer = { readonly status: number; readonly body?: unknown } | 'hang up';

/** A server on 127.0.0.1 that keeps what it receives. */
export class Receiver {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async create(answer: (request: Received, count: number) => Answer): Promise<Receiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const it: Received = { method, url, headers, body: Buffer.concat(chunks) };
        receiver.received.push(it);
        const answered = answer(it, receiver.received.length);
        if (answered === 'hang up') {
          response.destroy();
          return;
        }
        response.writeHead(answered.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answered.body ?? {}));
      });
    });
    await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved));
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${String(port)}`);
    return receiver;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolved) => this.server.close(resolved));
  }
}
