import type { Request } from './requests.ts';

/** A path below `/api`, read: what is asked, or whose webhook, log or events. */
export type Route =
  | { readonly kind: 'raw' }
  | { readonly kind: 'search' }
  | { readonly kind: 'events' }
  | { readonly kind: 'webhook'; readonly project: string }
  | {
      readonly kind: 'log';
      readonly of: 'evaluations' | 'builds' | 'actions';
      readonly uuid: string;
    }
  | { readonly kind: 'request'; readonly request: Request };

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @returns null where there is nothing */
export function routeOf(method: string, path: string): Route | null {
  const segments = decoded(path);
  if (segments === null || segments[0] !== 'api') return null;
  const [, area, id, ...rest] = segments;
  const get = method === 'GET';
  if (!get && method !== 'POST') return null;
  if (area === undefined) return get ? null : { kind: 'raw' };
  if (id === undefined) {
    if (area === 'events' && get) return { kind: 'events' };
    return area === 'search' && !get ? { kind: 'search' } : null;
  }
  if (area === 'projects') return ofProject(get, id, rest);
  if (area !== 'evaluations' && area !== 'builds' && area !== 'actions') return null;
  if (!uuidPattern.test(id)) return null;
  if (get && rest.length === 1 && rest[0] === 'log') return { kind: 'log', of: area, uuid: id };
  const request =
    area === 'evaluations' ? ofEvaluation(get, id, rest) : ofOther(get, area, id, rest);
  return request === null ? null : { kind: 'request', request };
}

function decoded(path: string): string[] | null {
  try {
    // A slash in a name comes as `%2F`.
    return path
      .replace(/\?.*$/, '')
      .split('/')
      .slice(1)
      .map((segment) => decodeURIComponent(segment));
  } catch {
    return null;
  }
}

function ofProject(get: boolean, project: string, rest: readonly string[]): Route | null {
  const [area, name, verb, ...more] = rest;
  if (area === undefined) {
    return get ? { kind: 'request', request: { Project: [project, 'Info'] } } : null;
  }
  if (area === 'webhook' && name === undefined) return get ? null : { kind: 'webhook', project };
  if (area !== 'jobsets' || name === undefined || more.length > 0) return null;
  const handle = { project, name };
  if (verb === undefined) {
    return get ? { kind: 'request', request: { Jobset: [handle, 'Info'] } } : null;
  }
  if (verb !== 'evaluate' || get) return null;
  return { kind: 'request', request: { Jobset: [handle, { Evaluate: true }] } };
}

function ofEvaluation(get: boolean, evaluation: string, rest: readonly string[]): Request | null {
  const [area, name, verb, num, ...more] = rest;
  if (area === undefined) return get ? { Evaluation: [evaluation, 'Info'] } : null;
  if (area === 'cancel' && !get) return { Evaluation: [evaluation, 'Cancel'] };
  if (area !== 'jobs' || name === undefined || !get || more.length > 0) return null;
  const job = { evaluation, name };
  if (verb === undefined) return { Job: [job, 'Info'] };
  if (verb === 'rerun' && num === undefined) return { Job: [job, 'Rerun'] };
  return verb === 'runs' ? { Run: [{ ...job, num: Number(num) }, 'Info'] } : null;
}

function ofOther(
  get: boolean,
  area: 'builds' | 'actions',
  uuid: string,
  rest: readonly string[],
): Request | null {
  if (!get || rest.length > 0) return null;
  return area === 'builds' ? { Build: [uuid, 'Info'] } : { Action: [uuid, 'Info'] };
}
