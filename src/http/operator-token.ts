import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Config } from '../config/schema.ts';
import { readSecret } from '../config/secrets.ts';
import { HttpError } from './http-error.ts';

/**
 * Lets through whoever has the operator's token.
 * @throws {ConfigError} if the token's source cannot be read
 */
export function requireOperator(config: Config): RequestHandler {
  const token =
    config.operatorToken === undefined ? null : readSecret(config.operatorToken, 'operatorToken');
  return (request, _response, next) => {
    if (token === null)
      throw new HttpError(
        403,
        'no-operator-token',
        'operator calls are off; set `operatorToken` in the configuration, and restart',
      );
    const given = /^Bearer +(.+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (given === undefined || !isSame(given, token))
      throw new HttpError(
        401,
        'unauthorized',
        "this takes the operator's token, as `Authorization: Bearer …`",
        { 'www-authenticate': 'Bearer' },
      );
    next();
  };
}

/** In a time that tells neither the token nor its length. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
