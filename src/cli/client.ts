import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { readSecret } from '../config/secrets.ts';
import { CliError } from './cli-error.ts';

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Where the running service is, seen from this machine. */
export function serviceUrl(config: Config): string {
  const { host, port } = config.listen;
  if (port === 0)
    throw new CliError(
      'usage',
      'listen.port is 0, so nobody knows where the service is; give it a port in the configuration',
    );
  const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${at.includes(':') ? `[${at}]` : at}:${port}`;
}

/**
 * Asks the running service for something, with the operator's token.
 * @returns the answer's JSON
 * @throws {CliError} with what the service said, or that it does not run
 */
export async function callService(config: Config, path: string, body: object): Promise<unknown> {
  if (config.operatorToken === undefined)
    throw new CliError(
      'usage',
      'the configuration has no operatorToken; add one, {"env": "ORTHRUS_OPERATOR_TOKEN"}, and restart the service',
    );
  const token = readSecret(config.operatorToken, 'operatorToken');
  const url = serviceUrl(config);
  const request = {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await reach(url, () => fetch(`${url}${path}`, request));
  const text = await response.text();
  const said = parse(text);
  if (response.ok && said !== null) return said;
  const refused = refusal.safeParse(said);
  throw new CliError(
    'failed',
    refused.success
      ? hint(refused.data.error.code, refused.data.error.message)
      : `${url} answered ${response.status}, and not as orthrus does; see what listens there`,
  );
}

function hint(code: string, message: string): string {
  return code === 'unauthorized'
    ? 'the service has another operator token; start it again with this configuration, or use its own'
    : message;
}

/** A service that is just being restarted is waited for, for a moment. */
async function reach(url: string, call: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === 3)
        throw new CliError(
          'failed',
          `no service answers at ${url}; start it with \`orthrus serve\``,
          error,
        );
      await setTimeout(200 * tries);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
