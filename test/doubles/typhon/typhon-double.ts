import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actions } from './actions.ts';
import { findBuild, findEvaluation } from './answer.ts';
import { Changes } from './changes.ts';
import { Connection, type Line } from './connection.ts';
import type { TyphonEvent } from './event-feed.ts';
import { Faults } from './faults.ts';
import { type RecordedRequest, type RecordedWebhook, Requests } from './record.ts';
import type { Action, Build, Evaluation } from './records.ts';
import { bodyOf, serve } from './serve.ts';
import { Typhon, type TyphonOptions } from './typhon.ts';
import { nameOf } from './work.ts';

/**
 * A Typhon made from what is known of it (commit e4f11b3): its HTTP surface over real or scripted work, with a record of
 * all it was asked and did, and with faults on demand.
 */
export class TyphonDouble {
  readonly faults = new Faults();
  readonly #changes = new Changes();
  readonly #requests = new Requests();
  readonly #typhon: Typhon;
  readonly #connection: Connection;
  #inFlight = 0;

  private constructor(options: TyphonOptions) {
    this.#typhon = new Typhon(options, this.faults, this.#changes);
    this.#connection = new Connection((request, response) => void this.#take(request, response));
  }

  static async start(options: TyphonOptions): Promise<TyphonDouble> {
    const double = new TyphonDouble(options);
    await double.#connection.open();
    return double;
  }

  /** Ends all that runs, and closes the port. */
  async close(): Promise<void> {
    this.faults.releaseAll();
    this.#typhon.die();
    await this.#connection.close();
    await this.#typhon.options.work.close();
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#connection.port)}`;
  }

  // What it has been asked, and has done.

  /** All requests, in order. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests.all;
  }

  /** The pushes that were announced, in order. */
  get webhooks(): readonly RecordedWebhook[] {
    return this.#requests.webhooks;
  }

  /** The most webhook requests of a project that were under way at once; Typhon does not mind, but each is slow. */
  mostWebhooksAtOnce(project: string): number {
    return this.#requests.mostWebhooksAtOnce(project);
  }

  /** The names of a project's jobsets. */
  jobsets(project: string): string[] {
    return this.#typhon.jobsets.of(project).map((jobset) => jobset.name);
  }

  get evaluations(): readonly Evaluation[] {
    return this.#typhon.evaluations.all;
  }

  get builds(): readonly Build[] {
    return this.#typhon.builds.all;
  }

  /** Every `begin` and `end`. */
  get calls(): readonly Action[] {
    return this.#typhon.runs.calls;
  }

  /** The names of the derivations that were really built, in order. */
  get built(): string[] {
    return this.#typhon.options.work.built.map((drv) => nameOf(drv));
  }

  /** What it keeps from the garbage collector: derivations, and of each the one output it shows. */
  get roots(): ReadonlySet<string> {
    return this.#typhon.roots;
  }

  /** How many listen to its events. */
  get listeners(): number {
    return this.#typhon.feed.listeners;
  }

  // What a test waits for.

  /** What `look` finds, once it finds something. */
  until<T>(look: () => T | null | undefined | false, what: string): Promise<T> {
    return this.#changes.until(look, what);
  }

  /** Nothing is asked and nothing runs any more. */
  async settled(): Promise<void> {
    const { tasks, runs } = this.#typhon;
    await this.until(
      () => this.#inFlight === 0 && tasks.running === 0 && runs.underWay === 0,
      'Typhon to have nothing left to do',
    );
  }

  // What a test does to it.

  /** What a project has for `begin` and `end`, from now on; null: nothing. */
  set actions(actions: Actions | null) {
    this.#typhon.runs.actions = actions;
  }

  /** A jobset that somebody else has made. */
  createJobset(project: string, branch: string): void {
    const url = this.#typhon.project(project).flakes.jobset(branch);
    this.#typhon.jobsets.create({ project, name: branch, flake: true, url });
  }

  /** Evaluates a jobset on somebody else's account. */
  evaluate(project: string, name: string): Promise<Evaluation> {
    return this.#typhon.evaluate(project, name, true);
  }

  /** Somebody cancels an evaluation; without effect once it has ended. */
  cancelEvaluation(uuid: string): void {
    findEvaluation(this.#typhon, uuid).task.cancel();
  }

  /** A build is cancelled, as by a shutdown; stock Typhon has no route for it. */
  cancelBuild(uuid: string): void {
    findBuild(this.#typhon, uuid).task.cancel();
  }

  /** Tells an event, true or not. */
  tell(event: TyphonEvent): void {
    this.#typhon.feed.emit(event);
  }

  /** Cuts off whoever listens to its events; whatever happens before they are back, they miss. */
  dropStreams(): void {
    this.#typhon.feed.drop();
  }

  /** How it can be reached, from now on; what runs goes on meanwhile. It comes back with all connections cut. */
  async line(line: Line): Promise<void> {
    this.#typhon.feed.isSilent = line === 'hung';
    await this.#connection.turn(line);
  }

  /** The process dies and is started again: every connection is cut, and what was pending stays pending for ever. */
  async restart(): Promise<void> {
    this.#typhon.die();
    await this.#connection.cut();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    try {
      const recorded: RecordedRequest = {
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: await bodyOf(request),
        status: 'pending',
      };
      this.#requests.all.push(recorded);
      this.#changes.notify();
      response.on('close', () => {
        recorded.status = response.writableFinished ? response.statusCode : 'gone';
        this.#changes.notify();
      });
      await serve({
        typhon: this.#typhon,
        requests: this.#requests,
        recorded,
        response,
      });
    } catch (error) {
      if (!response.destroyed) response.destroy(error instanceof Error ? error : undefined);
    } finally {
      this.#inFlight -= 1;
      this.#changes.notify();
    }
  }
}
