import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { Story, type StoryOptions } from '../scenarios/story.ts';

/** An operator's token that no answer and no page may ever hold. */
export const token = 'operator-token-for-tests';
process.env['ORTHRUS_TEST_TOKEN'] = token;

export interface Site {
  readonly story: Story;
  readonly url: string;
  /** The head of #1, whose build the CI has been asked for. */
  readonly head: string;
  /** Ends the HTTP side, as at the end of the service. */
  readonly close: () => Promise<void>;
  /** Ends all of it. */
  readonly end: () => Promise<void>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
  /** As `post`, with the operator's token. */
  readonly operate: (path: string, body?: unknown) => Promise<Response>;
  /** A delivery of the git hook. */
  readonly deliver: (id: string | null, ...refs: string[]) => Promise<Response>;
}

export type SiteOptions = StoryOptions & {
  /** The subject of #1's head, which is its title. */
  readonly subject?: string;
};

/** A site that ends with its test. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const site = await startSite(options);
  onTestFinished(() => site.end());
  return site;
}

/** A site for all tests of a file, which only look at it. */
export function shareSite(): () => Site {
  let site: Site | null = null;
  beforeAll(async () => {
    site = await startSite({});
  });
  afterAll(() => site?.end());
  return () => {
    if (site === null) throw new Error('only inside of a test');
    return site;
  };
}

/** The real service over a real repository in which #1 is open, answering on a real port. */
async function startSite(options: SiteOptions): Promise<Site> {
  const story = new Story({
    ...options,
    config: { operatorToken: { env: 'ORTHRUS_TEST_TOKEN' }, ...options.config },
    repository: { branches: [], ...options.repository },
  });
  story.repository.isHeard = true;
  const base = story.pushMain({ 'a.c': 'base' });
  const head = story.repository.commit(base, { 'a.c': 'first' }, options.subject);
  story.repository.push('refs/pull/1/head', head);
  await story.start();
  const http = createApp(story.service);
  const server = await listen(http.app, { host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    http.close();
    await server.close();
  };
  const send = (method: string, body: unknown, headers: Record<string, string>): RequestInit => ({
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const post: Site['post'] = (path, body, headers = {}) =>
    fetch(`${server.url}${path}`, send('POST', body, headers));
  return {
    story,
    url: server.url,
    head,
    close,
    end: async () => {
      await close();
      await story.end();
    },
    post,
    get: (path, headers = {}) => fetch(`${server.url}${path}`, { headers }),
    operate: (path, body) => post(path, body, { authorization: `Bearer ${token}` }),
    deliver: (id, ...refs) =>
      post(
        '/webhooks/here',
        {
          repository: 'o/r',
          updates: refs.map((ref) => ({ ref, before: '0'.repeat(40), after: '1'.repeat(40) })),
        },
        id === null ? {} : { 'x-orthrus-delivery': id },
      ),
  };
}

export const page = '/pulls/here/o/r/1';
export const api = `/api${page}`;

/** The body of an answer, which must have that shape. */
export async function read<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<z.output<Schema>> {
  return schema.parse(await response.json());
}

export const recordedAnswer = z.strictObject({ stream: z.string(), version: z.number() });

export const errorAnswer = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string().min(1) }),
});

export const listAnswer = z.strictObject({
  pulls: z.array(
    z.looseObject({ pull: z.string(), page: z.string(), waitsFor: z.string().nullable() }),
  ),
  next: z.string().nullable(),
});

export const pullAnswer = z.looseObject({
  page: z.string(),
  held: z.string().nullable(),
  waitsFor: z.string().nullable(),
  accepts: z.array(z.string()),
  pending: z.array(z.unknown()),
});

export const eventsAnswer = z.strictObject({
  stream: z.string(),
  events: z.array(z.looseObject({ version: z.number(), type: z.string() })),
  next: z.number().nullable(),
});

export const replayAnswer = z.strictObject({
  stream: z.string(),
  steps: z.array(
    z.looseObject({
      version: z.number(),
      state: z.string(),
      recorded: z.string(),
      context: z.looseObject({ head: z.string().nullable() }),
    }),
  ),
});
