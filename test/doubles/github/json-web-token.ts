import { verify } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './answer.ts';
import type { App } from './state.ts';

const header = z.object({ alg: z.literal('RS256') });
const claims = z.object({
  iss: z.union([z.string(), z.number()]).transform(String),
  iat: z.number().int(),
  exp: z.number().int(),
});

const unreadable = (): ApiError => new ApiError(401, 'A JSON web token could not be decoded');

/** Who signed it. @param now milliseconds since the epoch @throws {ApiError} 401, in GitHub's words */
export function readJsonWebToken(token: string, apps: readonly App[], now: number): App {
  const [head = '', body = '', signature = ''] = token.split('.');
  const parsed = claims.safeParse(decode(body));
  if (!header.safeParse(decode(head)).success || !parsed.success) throw unreadable();
  const { iss, iat, exp } = parsed.data;
  const app = apps.find(({ id }) => iss === String(id) || iss === `Iv1.${id}`);
  if (app === undefined) throw new ApiError(404, 'Integration not found');
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url')))
    throw unreadable();
  const seconds = now / 1000;
  if (iat > seconds + 5)
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  if (exp <= seconds)
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > seconds + 605)
    throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  return app;
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}
