import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { badRequest, HttpError } from './http-error.ts';

/**
 * Reads a JSON body as the bytes that were sent, because a signature is over those. Content type and size are refused
 * before anything is read (D5).
 * @param limit bytes, counted after decompression
 */
export function jsonBytes(limit: number): RequestHandler[] {
  return [
    (request, _response, next) => {
      if (hasBody(request) && request.is('application/json') === false)
        throw new HttpError(415, 'unsupported-media-type', 'the body must be application/json');
      next();
    },
    express.raw({ type: () => true, limit }),
  ];
}

function hasBody({ headers }: Request): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
    headers['content-type'] !== undefined
  );
}

/** The bytes that were sent. @throws {HttpError} 400 if there are none */
export function rawBody(request: Request): Buffer {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0)
    throw badRequest('there is no body; JSON was expected');
  return bytes;
}

/** @throws {HttpError} 400 */
export function parseJson(request: Request): unknown {
  const bytes = rawBody(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('the body is not JSON');
  }
}

/** The body of an operator's call. None is as good as `{}`. @throws {HttpError} 400 */
export function parseBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): z.output<Schema> {
  const isEmpty = !Buffer.isBuffer(request.body) || request.body.length === 0;
  return parseWith(schema, isEmpty ? {} : parseJson(request), 'the body');
}

/** The query of a request. @throws {HttpError} 400 */
export function parseQuery<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): z.output<Schema> {
  return parseWith(schema, { ...request.query }, 'the query');
}

function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? what : issue.path.join('.');
  throw badRequest(`${where}: ${issue?.message ?? 'not valid'}`);
}
