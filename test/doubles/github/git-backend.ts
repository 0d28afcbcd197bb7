import { spawn } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { dirname } from 'node:path';
import type { HostedRepository } from './state.ts';

export interface GitAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface GitRequest {
  readonly method: string;
  /** `info/refs`, `git-upload-pack`, `git-receive-pack`. */
  readonly service: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly login: string;
}

/** GitHub's: partial clones, any commit by its sha, `refs/pull` its own. `hidden`: refs that cannot be seen yet. */
const configuration = (hidden: readonly string[]): [string, string][] => [
  ['safe.directory', '*'],
  ['http.receivepack', 'true'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['receive.hideRefs', 'refs/pull'],
  ['core.logAllRefUpdates', 'always'],
  ...hidden.map((ref): [string, string] => ['uploadpack.hideRefs', ref]),
];

/** Has `git http-backend` carry out a request in a bare repository. */
export function runBackend(
  repository: HostedRepository,
  request: GitRequest,
  hidden: readonly string[],
): Promise<GitAnswer> {
  const { bare } = repository.git;
  const settings = configuration(hidden);
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      GIT_PROJECT_ROOT: dirname(bare),
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
      PATH_INFO: `${bare.slice(dirname(bare).length)}/${request.service}`,
      QUERY_STRING: request.query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(request.body.length),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: request.login,
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  backend.stdin.on('error', () => undefined);
  backend.stdin.end(request.body);
  backend.stderr.resume();
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    backend.on('close', () => {
      resolve(parse(Buffer.concat(chunks)));
    });
  });
}

/** Reads a CGI program's output: header lines, an empty one, the body. */
function parse(output: Buffer): GitAnswer {
  const split = output.indexOf('\r\n\r\n');
  if (split < 0) return { status: 500, headers: {}, body: Buffer.alloc(0) };
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, split).split('\r\n')) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(split + 4) };
}
