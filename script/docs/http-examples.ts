import type { SchemaName } from '../../src/http/openapi/schemas.ts';

const head = '5f1c0a6de2c95be4ab1f6b1d6f3c0f2a94b7e0d3';
const overlay = '90a8ea9b8a0a4c7be1ffb0de07d4ccf2d1a07a11';
const at = 1_738_229_941_000;

const pull = {
  pull: 'github:owner/repo#12',
  stream: 'github:1296269#12',
  kind: 'pull',
  forge: 'github',
  repository: 'owner/repo',
  number: 12,
  branch: null,
  title: 'Let the lexer look ahead',
  author: 'ada',
  state: 'building',
  held: null,
  head,
  tip: overlay,
  verdict: null,
  description: null,
  version: 6,
  openedAt: at - 60_000,
  updatedAt: at,
  page: '/pulls/github/owner/repo/12',
  waitsFor: 'building 5f1c0a6, 1 of 2 jobs done, since 41 s; next: record the cache',
};

const event = {
  type: 'overlay.pushed',
  summary: '90a8ea9 for 5f1c0a6',
};

/**
 * What an answer or a body may look like, for the pages of docs/; a test holds each to its schema. What is long is cut
 * where no reader misses it.
 */
export const examples: Readonly<Partial<Record<SchemaName, unknown>>> = {
  Pulls: { pulls: [pull], next: null },
  PullDetail: {
    ...pull,
    accepts: ['build.finished', 'build.progressed', 'pull.observed'],
    base: 'main',
    cacheBranch: 'orthrus/pr-12',
    branchTip: overlay,
    forgePage: 'https://github.com/owner/repo/pull/12',
    statuses: [
      {
        commit: head,
        context: 'orthrus',
        state: 'pending',
        description: 'building 5f1c0a6',
        delivery: 'published',
      },
    ],
    pending: [
      {
        id: 'github:1296269#12/5/1',
        kind: 'timer',
        type: 'timer.finish',
        lane: 'timer',
        attempts: 0,
        runAt: at + 21_600_000,
        lastError: null,
      },
    ],
    builds: [
      {
        attempt: 1,
        commit: overlay,
        head,
        askedAt: at - 43_000,
        startedAt: at - 41_000,
        finishedAt: null,
        verdict: null,
        description: null,
        jobs: [
          {
            name: 'hello',
            state: 'success',
            built: true,
            milliseconds: 12_400,
            reason: 'from main at 1a2b3c4',
            url: null,
            error: null,
            log: '/pulls/github/owner/repo/12/log/1?job=hello',
            saved: 61_000,
          },
        ],
        log: '/pulls/github/owner/repo/12/log/1',
      },
    ],
    lastFinished: null,
  },
  Events: {
    stream: pull.stream,
    events: [
      {
        stream: pull.stream,
        version: 3,
        recordedAt: at - 45_000,
        ...event,
        data: { attempt: 1, head, commit: overlay },
        state: 'building',
        handled: true,
        held: false,
        source: 'effect',
        key: 'github:1296269#12/2/0:1',
        machineVersion: '3e0c1f',
      },
    ],
    next: null,
  },
  Timeline: {
    stream: pull.stream,
    newest: 6,
    from: 3,
    before: {
      state: 'merging.pushing',
      context: { head, branchTip: null },
      visited: [
        { state: 'idle', version: 0, at: null },
        { state: 'merging.fetching', version: 1, at: at - 60_000 },
        { state: 'merging.pushing', version: 2, at: at - 50_000 },
      ],
    },
    steps: [
      {
        version: 3,
        at: at - 45_000,
        ...event,
        source: 'effect',
        handled: true,
        held: false,
        failed: false,
        state: 'building',
        recorded: 'building',
        changes: [{ path: ['branchTip'], before: null, after: overlay }],
        effects: [
          {
            type: 'build.start',
            params: { commit: overlay, attempt: 1 },
            outcome: 'done',
            attempts: 1,
            doneAt: at - 43_000,
            runAt: null,
            lastError: null,
          },
        ],
      },
    ],
  },
  Rebuild: { cold: true },
  Approve: { head },
  Reconciled: { reconciled: true, milliseconds: 840 },
  Answer: { stream: pull.stream, version: 7 },
  Health: { status: 'ok' },
  CiResult: {
    repository: 'owner/repo',
    commit: overlay,
    jobs: [
      {
        name: 'hello',
        state: 'success',
        drv: '/nix/store/…-hello.drv',
        outputs: { intermediates: '/nix/store/…-hello-intermediates' },
      },
    ],
    complete: true,
  },
  Error: {
    error: { code: 'not-found', message: 'nothing is known of github:owner/repo#13' },
  },
};
