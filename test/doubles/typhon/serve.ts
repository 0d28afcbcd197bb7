import { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { answer, findAction, findBuild, findEvaluation, type User } from './answer.ts';
import type { RecordedRequest, Requests } from './record.ts';
import { request as requestSchema, search } from './requests.ts';
import { type Route, routeOf } from './routes.ts';
import type { Task } from './task.ts';
import type { Typhon } from './typhon.ts';
import { TyphonError } from './typhon-error.ts';
import { webhook } from './webhook.ts';

interface Exchange {
  readonly typhon: Typhon;
  readonly requests: Requests;
  readonly recorded: RecordedRequest;
  readonly response: ServerResponse;
}

/** The whole body, as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers one request. */
export async function serve(exchange: Exchange): Promise<void> {
  const { typhon, recorded, response } = exchange;
  const route = routeOf(recorded.method, recorded.path);
  try {
    if (typhon.faults.failing(recorded)) throw new TyphonError('internal');
    if (route === null) text(response, 404, '');
    else await follow(exchange, route);
  } catch (error) {
    if (!(error instanceof TyphonError)) throw error;
    if (route?.kind === 'raw') json(response, { Err: error.json });
    else text(response, error.status, error.text);
  }
}

async function follow(exchange: Exchange, route: Route): Promise<void> {
  const { typhon, recorded, response } = exchange;
  switch (route.kind) {
    case 'events':
      typhon.feed.listen(response);
      return;
    case 'log':
      await sendLog(response, taskOf(typhon, route));
      return;
    case 'webhook':
      await serveWebhook(exchange, route.project);
      return;
    case 'raw': {
      const read = parsed(recorded, requestSchema);
      if (read === null) text(response, 400, 'Json deserialize error');
      else json(response, { Ok: tagged(await answer(typhon, userOf(exchange), read)) });
      return;
    }
    case 'search': {
      const read = parsed(recorded, search);
      if (read === null) text(response, 400, 'Json deserialize error');
      else json(response, payloadOf(await answer(typhon, 'anonymous', { Search: read })));
      return;
    }
    case 'request':
      json(response, payloadOf(await answer(typhon, userOf(exchange), route.request)));
  }
}

type Answer = Awaited<ReturnType<typeof answer>>;

function tagged(answered: Answer): unknown {
  return answered === 'Ok' ? 'Ok' : { [answered.name]: answered.payload };
}

function payloadOf(answered: Answer): unknown {
  return answered === 'Ok' ? true : answered.payload;
}

/** A wrong password is no error: whoever sends it is nobody. */
function userOf({ typhon, recorded }: Exchange): User {
  const password = typhon.options.password ?? null;
  return password !== null && recorded.headers['password'] === password ? 'admin' : 'anonymous';
}

function parsed<Output>(recorded: RecordedRequest, schema: z.ZodType<Output>): Output | null {
  if (!/^application\/json\b/.test(recorded.headers['content-type'] ?? '')) return null;
  try {
    return schema.parse(JSON.parse(recorded.body));
  } catch {
    return null;
  }
}

async function serveWebhook(exchange: Exchange, project: string): Promise<void> {
  const { typhon, requests, recorded, response } = exchange;
  await requests.duringWebhook(project, () =>
    webhook(typhon, project, recorded, requests, () => response.destroyed),
  );
  response.writeHead(200).end();
}

function taskOf(typhon: Typhon, { of, uuid }: Extract<Route, { kind: 'log' }>): Task {
  if (of === 'evaluations') return findEvaluation(typhon, uuid).task;
  return (of === 'builds' ? findBuild(typhon, uuid) : findAction(typhon, uuid)).task;
}

async function sendLog(response: ServerResponse, task: Task): Promise<void> {
  response.writeHead(200);
  response.flushHeaders();
  for await (const line of task.lines()) {
    if (response.destroyed) return;
    response.write(`${line}\n`);
  }
  response.end();
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
}
