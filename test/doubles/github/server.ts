import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { identify, tokenOf } from './access.ts';
import { type Answer, notFound } from './answer.ts';
import type { FaultRule, Faults } from './faults.ts';
import { type GitHttp, gitCallOf } from './git-http.ts';
import { find, type Rest, type RestRequest } from './rest.ts';
import type { Services } from './route.ts';

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ServerParts extends Services {
  readonly faults: Faults;
  readonly rest: Rest;
  readonly git: GitHttp;
}

/** The one entrance, of the API and of git: counts, records, and does what the test wants to go wrong. */
export function makeServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    void receive(parts, request, response).catch((error: unknown) => {
      parts.ledger.unexpected.push(
        `${request.method ?? ''} ${request.url ?? ''}: ${String(error)}`,
      );
      response.writeHead(500).end();
    });
  });
}

async function receive(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname.startsWith('/api/v3/')) await serveApi(parts, request, response, url, body);
  else await serveGit(parts, request, response, url, body);
}

async function serveApi(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<void> {
  const { ledger, limits, site } = parts;
  const token = tokenOf(request.headers.authorization);
  const asked: RestRequest = {
    method: request.method ?? 'GET',
    path: url.pathname.slice('/api/v3'.length),
    query: Object.fromEntries(url.searchParams),
    token,
    ifNoneMatch: request.headers['if-none-match'],
    body,
  };
  const found = find(asked);
  const operation = found?.route.operation ?? `${asked.method} ${asked.path}`;
  if (found === null) ledger.unexpected.push(operation);
  if (limits.isEarly(token ?? '')) ledger.early.push(`${operation} by ${byOf(parts, token) ?? ''}`);
  const whole = (answer: Answer): Reply => ({
    status: answer.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      date: new Date(site.now()).toUTCString(),
      'x-github-media-type': 'github.v3; format=json',
      'x-github-request-id': randomUUID().toUpperCase(),
      ...scopesOf(parts, token),
      ...limits.headers(token ?? ''),
      ...answer.headers,
    },
    body: Buffer.from(answer.body === undefined ? '' : JSON.stringify(answer.body)),
  });
  await carryOut(
    parts,
    { operation, token, request, response, path: url.pathname },
    {
      refusal: () => {
        const refusal = limits.refusal(token ?? '');
        return refusal === null ? null : whole(refusal);
      },
      answer: async () =>
        whole(found === null ? notFound().answer : await parts.rest.answer(found, asked)),
    },
  );
}

async function serveGit(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<void> {
  const call = gitCallOf(request, url);
  const operation = call?.operation ?? `${request.method ?? ''} ${url.pathname}`;
  if (call === null) parts.ledger.unexpected.push(operation);
  const token = call?.token ?? null;
  const { ledger, limits } = parts;
  const isLimited = (): boolean => limits.holdsGit(token ?? '');
  if (isLimited() && limits.isEarly(token ?? ''))
    ledger.early.push(`${operation} by ${byOf(parts, token) ?? ''}`);
  await carryOut(
    parts,
    { operation, token, request, response, path: url.pathname },
    {
      refusal: () => {
        const refusal = isLimited() ? limits.refusal(token ?? '') : null;
        if (refusal === null) return null;
        // In JSON, which git does not show: only the headers tell what it is.
        const { status, headers, body: told } = refusal;
        const sent = {
          ...limits.headers(token ?? ''),
          ...headers,
          'content-type': 'application/json',
        };
        return { status, headers: sent, body: Buffer.from(JSON.stringify(told)) };
      },
      answer: () =>
        call === null
          ? Promise.resolve({ status: 404, headers: {}, body: Buffer.from('Not Found') })
          : parts.git.answer(call, request, url, body),
    },
  );
}

interface Exchange {
  readonly operation: string;
  readonly token: string | null;
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers, unless the token is limited or a fault comes in between; then records what became of it. */
async function carryOut(
  parts: ServerParts,
  { operation, token, path, request, response }: Exchange,
  work: { refusal: () => Reply | null; answer: () => Promise<Reply> },
): Promise<void> {
  const at = parts.site.now();
  const record = (outcome: number | 'reset' | 'hang'): void => {
    const by = byOf(parts, token);
    parts.ledger.requests.push({ at, operation, path, by, token, outcome });
  };
  const send = ({ status, headers, body }: Reply): void => {
    record(status);
    response.writeHead(status, headers);
    response.end(body);
  };
  const limited = work.refusal();
  if (limited !== null) {
    send(limited);
    return;
  }
  const fault = parts.faults.next(operation, token);
  if (fault === null) {
    send(await work.answer());
    return;
  }
  const { rule } = fault;
  const done = rule.when === 'after' ? await work.answer() : null;
  fault.strike();
  const { trouble } = rule;
  if (trouble.kind === 'limit')
    parts.limits.begin(token ?? '', trouble.as, trouble.seconds, operation.startsWith('git '));
  const refused = work.refusal();
  if (trouble.kind === 'reset') {
    record('reset');
    // Had it said nothing at all, curl would try once more by itself.
    request.socket.end('HTTP/1.1 200 OK\r\n');
  } else if (trouble.kind === 'hang') record('hang');
  else send(refused ?? withStatus(rule, done));
}

function withStatus({ trouble }: FaultRule, done: Reply | null): Reply {
  const status = trouble.kind === 'status' ? trouble.status : 500;
  const message = trouble.kind === 'status' ? (trouble.message ?? `Status ${status}`) : '';
  const headers = { ...done?.headers, 'content-type': 'application/json; charset=utf-8' };
  const body = {
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  };
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}

/** The login that a token speaks for. */
function byOf({ site }: ServerParts, token: string | null): string | null {
  try {
    const caller = identify(site, token);
    return caller.kind === 'nobody' ? null : caller.account.login;
  } catch {
    return null;
  }
}

/** What a classic token may do stands in every answer to it. */
function scopesOf({ site }: ServerParts, token: string | null): Record<string, string> {
  const known = site.tokens.get(token ?? '');
  return known?.kind === 'personal' && known.permissions === null
    ? { 'x-oauth-scopes': 'repo' }
    : {};
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
