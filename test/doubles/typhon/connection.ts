import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * `open`: as it should be. `refused`: nobody listens on the port. `reset`: connections are made, and reset. `hung`: requests
 * are taken, and never answered.
 */
export type Line = 'open' | 'refused' | 'reset' | 'hung';

/** The port of the server, which can be taken away and comes back as the same one. */
export class Connection {
  readonly #listener: RequestListener;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;
  #line: Line = 'open';

  constructor(listener: RequestListener) {
    this.#listener = listener;
  }

  get port(): number {
    return this.#port;
  }

  get line(): Line {
    return this.#line;
  }

  async open(): Promise<void> {
    await this.turn('open');
  }

  /** Whatever the change, connections that were open are cut off, but for a server that begins to hang. */
  async turn(line: Line): Promise<void> {
    this.#line = line;
    if (line === 'refused') await this.#stop();
    else if (this.#server === null) await this.#listen();
    if (line !== 'hung') await this.cut();
  }

  /** Cuts off all connections; a client in this process has most likely noticed when this resolves. */
  async cut(): Promise<void> {
    const sockets = [...this.#sockets];
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())),
    );
    await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => {
      if (this.#line === 'open') this.#listener(request, response);
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      if (this.#line === 'reset') socket.resetAndDestroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    await this.cut();
    await closed;
  }
}
