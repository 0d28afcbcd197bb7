import type { SchemaName } from './schemas.ts';

/** What a route answers when all is well. */
type Success = { readonly status: 200 | 202 } & (
  | { readonly schema: SchemaName }
  | { readonly type: string }
);

/** One operation of the HTTP side. */
export interface Operation {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/api/pulls/{forge}/{owner}/{repo}/{subject}`. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: SchemaName;
  readonly success: Success;
  /** What else may come, besides 500. */
  readonly errors: readonly (400 | 401 | 403 | 404 | 409 | 413 | 415 | 503)[];
  /** The shape of an error's answer; `Error` unless told. */
  readonly errorSchema?: SchemaName;
  readonly security?: 'operator' | 'ci' | 'forge';
}

const pull = '/{forge}/{owner}/{repo}/{subject}';
const operator = { security: 'operator', errors: [400, 401, 403, 404, 415, 503] } as const;
const answer = { status: 202, schema: 'Answer' } as const;
const page = { status: 200, type: 'text/html' } as const;

/** Every route of the service (a test compares them with the router's). */
export const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/pulls',
    summary: 'Pull requests and branches, newest first',
    query: {
      forge: "The forge's name in the configuration.",
      repository: 'owner/repo.',
      state: 'A state; or `open`: neither closed nor gone.',
      limit: 'At most so many, 1 to 1000; 100 unless told.',
      after: 'The `next` of the page before.',
    },
    success: { status: 200, schema: 'Pulls' },
    errors: [400],
  },
  {
    method: 'get',
    path: `/api/pulls${pull}`,
    summary: 'One of them: state, what it waits for, statuses, builds, what is still to be done',
    success: { status: 200, schema: 'PullDetail' },
    errors: [404],
  },
  {
    method: 'get',
    path: `/api/pulls${pull}/events`,
    summary: 'Its events, oldest first',
    query: { after: 'A version; 0 unless told.', limit: 'At most so many; 100 unless told.' },
    success: { status: 200, schema: 'Events' },
    errors: [400, 404],
  },
  {
    method: 'get',
    path: `/api/pulls${pull}/replay`,
    summary:
      "Its events through today's machine: the state after each, what changed, what was asked for",
    query: { to: 'The last version.', limit: 'The last so many steps; 200 unless told.' },
    success: { status: 200, schema: 'Replay' },
    errors: [400, 404],
  },
  {
    method: 'get',
    path: `/api/pulls${pull}/timeline`,
    summary:
      'A part of its run, compact: where the machine was before it, and then what each event changed',
    query: { from: 'Its first version; 1 unless told.', limit: 'At most 100 steps.' },
    success: { status: 200, schema: 'Timeline' },
    errors: [400, 404],
  },
  {
    method: 'get',
    path: `/api/pulls${pull}/inspect`,
    summary:
      'Its run as the Stately inspector is told of it: one message a line, the statechart first',
    success: { status: 200, type: 'application/x-ndjson' },
    errors: [404],
  },
  {
    method: 'get',
    path: '/api/list',
    summary:
      'What the first page shows: a page of the list, with the counts of each kind; or, with `stream`, what has become of some of its rows',
    query: {
      q: 'Words, each in a title, an author, a repository or a branch, or a number, or the beginning of a sha.',
      show: 'all, open, waiting, building, failing or closed.',
      repository: '`here:owner/repo`.',
      cache: 'How the newest build began: any, warm or cold.',
      sort: 'changed, opened or name.',
      after: 'The `next` of the page before.',
      stream: 'Of which streams; may be given many times.',
    },
    success: { status: 200, schema: 'List' },
    errors: [400],
  },
  {
    method: 'get',
    path: '/api/overview',
    summary:
      'What the last thirty days came to: builds a day, how jobs began, time saved, failures by cause, calls left',
    success: { status: 200, schema: 'Overview' },
    errors: [],
  },
  {
    method: 'post',
    path: `/api/pulls${pull}/rebuild`,
    summary: 'Builds the same head again, once',
    body: 'Rebuild',
    success: answer,
    ...operator,
  },
  {
    method: 'post',
    path: `/api/pulls${pull}/approve`,
    summary: 'Lets one head of an untrusted pull request be built',
    body: 'Approve',
    success: answer,
    ...operator,
  },
  {
    method: 'post',
    path: `/api/pulls${pull}/accept`,
    summary: "Lets a held stream go on with what today's machine makes of it",
    success: answer,
    ...operator,
    errors: [...operator.errors, 409],
  },
  {
    method: 'post',
    path: '/api/reconcile',
    summary: 'Compares the log with the forges and the CIs now',
    success: { status: 200, schema: 'Reconciled' },
    ...operator,
  },
  {
    method: 'get',
    path: '/api/stream',
    summary: 'Every recorded event as it comes: `{stream, version, type, state, handled, at}`',
    success: { status: 200, type: 'text/event-stream' },
    errors: [503],
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    success: { status: 200, type: 'application/json' },
    errors: [],
  },
  {
    method: 'post',
    path: '/webhooks/{forge}',
    summary: "A forge's delivery, its body as the forge sends it",
    success: answer,
    security: 'forge',
    errors: [400, 401, 404, 413, 415, 503],
  },
  {
    method: 'post',
    path: '/ci/{ci}',
    summary: 'What a CI says of a build',
    body: 'CiResult',
    success: answer,
    security: 'ci',
    errors: [400, 401, 404, 413, 415, 503],
  },
  {
    method: 'get',
    path: '/api/inspect',
    summary:
      'With `serve --inspect`: what the Stately inspector is told of all pull requests, live, one message a line',
    success: { status: 200, type: 'application/x-ndjson' },
    errors: [404],
  },
  {
    method: 'get',
    path: '/inspect',
    summary: 'With `serve --inspect`: the page that tells the Stately inspector',
    success: page,
    errors: [404],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    success: { status: 200, schema: 'Health' },
    errors: [],
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether it can do its work',
    success: { status: 200, schema: 'Health' },
    errors: [503],
    errorSchema: 'Health',
  },
  {
    method: 'get',
    path: '/metrics',
    summary: "Prometheus' text format",
    success: { status: 200, type: 'text/plain' },
    errors: [],
  },
  { method: 'get', path: '/', summary: 'The first page', success: page, errors: [] },
  {
    method: 'get',
    path: '/overview',
    summary: 'The page of what the last thirty days came to',
    success: page,
    errors: [],
  },
  {
    method: 'get',
    path: `/pulls${pull}`,
    summary: 'The page of a pull request or a branch',
    query: {
      at: 'The version that is looked at; the newest unless told.',
      before: 'Lists the events before this version.',
    },
    success: page,
    errors: [400, 404],
  },
  {
    method: 'get',
    path: `/pulls${pull}/log/{attempt}`,
    summary: "The log of a job of a build, or without `job` of the build's evaluation",
    query: { job: 'The name of a job.' },
    success: { status: 200, type: 'text/plain' },
    errors: [404],
  },
];
