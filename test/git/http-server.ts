import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** What the server does with a request, other than serve it. */
export type Trouble =
  | { readonly status: number }
  /** The request is carried out, and the connection breaks before the answer. */
  | 'reset-after'
  /** The request is carried out, and the answer never comes. */
  | 'silent-after';

export interface HttpServer {
  /** `http://127.0.0.1:<port>`; repositories stand below it as they do below the root. */
  readonly url: string;
  /** Paths and queries of all requests so far. */
  readonly requests: readonly string[];
  /** Set by a test: what to do with the next requests. */
  trouble: (request: IncomingMessage) => Trouble | null;
}

/** A git server over HTTP: `git http-backend` as its CGI program, pushing allowed. */
export async function startHttpServer(root: string): Promise<HttpServer> {
  const requests: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const trouble = server.trouble(request);
    if (trouble !== null && typeof trouble === 'object') {
      request.resume();
      response.writeHead(
        trouble.status,
        trouble.status === 401 ? { 'www-authenticate': 'Basic realm="git"' } : {},
      );
      response.end();
      return;
    }
    serve(root, request, (status, headers, body) => {
      if (trouble === 'reset-after') request.socket.destroy();
      else if (trouble === null) {
        response.writeHead(status, headers);
        response.end(body);
      }
    });
  };
  const http = createServer(handle);
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server: HttpServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    trouble: () => null,
  };
  return server;
}

function serve(
  root: string,
  request: IncomingMessage,
  answer: (status: number, headers: Record<string, string>, body: Buffer) => void,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const backend = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
      GIT_CONFIG_VALUE_0: 'true',
      GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_1: 'true',
      GIT_CONFIG_KEY_2: 'safe.directory',
      GIT_CONFIG_VALUE_2: '*',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] === undefined
        ? {}
        : { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'orthrus',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const output = Buffer.concat(chunks);
    const split = output.indexOf('\r\n\r\n');
    const fields: Record<string, string> = {};
    let status = 200;
    for (const line of output.toString('latin1', 0, Math.max(split, 0)).split('\r\n')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === 'status') status = Number.parseInt(value, 10);
      else if (colon > 0) fields[name] = value;
    }
    answer(split < 0 ? 500 : status, fields, output.subarray(split + 4));
  });
}
