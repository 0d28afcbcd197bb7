import type { Response } from 'express';
import type { EventData } from '../../machines/fold.ts';
import type { Engine } from '../engine/engine.ts';
import type { Recorded } from '../log/append.ts';
import { unavailable } from './http-error.ts';

/** What a client that does not read may keep waiting, in bytes; then it goes, not the memory. It may come again. */
const mostWaiting = 1024 * 1024;
const mostClients = 256;
/** So that proxies keep the connection, and a client that is gone is noticed. */
const heartbeatEvery = 15_000;

/** Tells every recorded event to whoever listens, as server-sent events. */
export class EventFeed {
  readonly #engine: Engine;
  readonly #clients = new Set<Response>();
  readonly #unlisten: () => void;
  #callOff: () => void = () => {};

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#unlisten = engine.listen((recorded, event) => {
      if (this.#clients.size > 0) this.tell(message(recorded, event, engine.options.world.now()));
    });
    this.#beat();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** @throws {HttpError} 503 if there are too many already */
  add(response: Response): void {
    if (this.#clients.size >= mostClients) throw unavailable('too many listen already');
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
    });
    this.#clients.add(response);
    const forget = (): boolean => this.#clients.delete(response);
    response.on('close', forget);
    // A write after the other side has gone; nobody else would take it.
    response.on('error', forget);
    response.write('retry: 3000\n\n');
  }

  close(): void {
    this.#unlisten();
    this.#callOff();
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  /** Sends to all, who are each as slow as they like. */
  tell(text: string): void {
    for (const client of this.#clients) {
      client.write(text);
      if (client.writableLength <= mostWaiting) continue;
      this.#clients.delete(client);
      client.destroy();
    }
  }

  #beat(): void {
    this.#callOff = this.#engine.options.world.after(heartbeatEvery, () => {
      this.tell(':\n\n');
      this.#beat();
    });
  }
}

function message(recorded: Recorded, event: EventData, at: number): string {
  const { stream, version, state, handled } = recorded;
  const data = JSON.stringify({ stream, version, type: event.type, state, handled, at });
  // A branch's name may hold anything but what would end the line.
  const id = `${stream}/${version}`.replace(/[\r\n\0]/g, ' ');
  return `id: ${id}\ndata: ${data}\n\n`;
}
