import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../../src/forges/github/read-delivery.ts';
import { allExamples, example, read, secret, signature, signed } from './signed.ts';

const pull2 = {
  number: 2,
  state: 'open',
  title: 'Update the README with new information.',
  head: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
  headRef: 'refs/pull/2/head',
  base: 'master',
  draft: false,
  author: 'Codertocat',
  trusted: true,
  authorMayWrite: true,
  headBranch: 'changes',
  labels: [],
  changedAt: Date.parse('2019-05-15T15:20:33Z'),
};

describe("GitHub's own example payloads", () => {
  it('all go through, and give as many hints as there is reason for', () => {
    expect(allExamples).toHaveLength(329);
    const counts: Record<string, number> = {};
    for (const { event, payload } of allExamples) {
      const { hints, ignored } = read(event, payload);
      expect(hints.length === 0).toBe(ignored !== null);
      for (const { kind } of hints) {
        const name = `${event} ${kind}`;
        counts[name] = (counts[name] ?? 0) + 1;
      }
    }
    expect(counts).toEqual({
      'pull_request pull': 19,
      'push branch': 2,
      'merge_group queue': 2,
      'check_run job': 6,
      'check_run rerun': 2,
      'check_suite rerun': 2,
      'status job': 4,
      'repository repository': 13,
      'installation repository': 7,
      'installation_repositories repository': 3,
    });
  });

  it('a pull request of the repository itself is told whole, so that nobody has to ask', () => {
    expect(read('pull_request', example('pull_request', 'opened'))).toEqual({
      id: 'd1',
      repository: { id: '186853002', name: 'Codertocat/Hello-World' },
      hints: [{ kind: 'pull', number: 2, pull: pull2 }],
      ignored: null,
    });
    expect(read('pull_request', example('pull_request', 'closed')).hints).toEqual([
      {
        kind: 'pull',
        number: 2,
        pull: {
          ...pull2,
          state: 'closed',
          labels: ['bug'],
          changedAt: Date.parse('2019-05-15T15:21:18Z'),
        },
      },
    ]);
  });

  it('a push to a branch, a check run, a status, a merge queue', () => {
    const branch = allExamples.find(
      ({ event, payload }) => event === 'push' && payload['ref'] === 'refs/heads/master',
    );
    expect(read('push', branch?.payload).hints).toEqual([
      { kind: 'branch', name: 'master', head: '6113728f27ae82c7b1a177c8d03f9e96e0adf246' },
    ]);
    expect(read('check_run', example('check_run', 'completed')).hints).toEqual([
      {
        kind: 'job',
        commit: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
        job: {
          name: 'Octocoders-linter',
          state: 'failure',
          drv: null,
          outputs: {},
          built: null,
          milliseconds: 0,
          url: 'https://octocoders.io',
          error: null,
        },
      },
    ]);
    expect(read('check_run', example('check_run', 'rerequested')).hints).toEqual([
      { kind: 'rerun', commit: 'd6fde92930d4715a2b49857d24b940956b26d2d3', by: 'octocat' },
    ]);
    expect(read('status', example('status')).hints).toMatchObject([
      {
        kind: 'job',
        commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
        job: { name: 'default', state: 'success', url: null },
      },
    ]);
    const queue = {
      kind: 'queue',
      name: 'gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64',
    };
    const group = example('merge_group');
    expect(read('merge_group', group).hints).toEqual([
      { ...queue, head: '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d' },
    ]);
    expect(read('merge_group', { ...group, action: 'destroyed' }).hints).toEqual([
      { ...queue, head: null },
    ]);
  });

  it('what is not used says so', () => {
    expect(read('ping', example('ping')).ignored).toBe('ping');
    expect(read('pull_request', example('pull_request', 'assigned')).ignored).toBe(
      'pull_request.assigned is not used',
    );
    expect(read('pull_request_review', example('pull_request_review', 'submitted')).ignored).toBe(
      'pull_request_review.submitted is not used',
    );
    expect(read('page_build', example('page_build')).ignored).toBe('page_build is not used');
    expect(read('gollum_of_tomorrow', {}).ignored).toBe('gollum_of_tomorrow is not used');
  });
});

describe('signatures', () => {
  const body = Buffer.from('{"zen":"Keep it logically awesome."}');
  const withSignature = (given: string | undefined) => () =>
    readDelivery(secret, {
      headers: { 'x-github-event': 'ping', 'x-hub-signature-256': given },
      body,
    });

  it('D5 are of the very bytes, and no other', () => {
    expect(withSignature(signature(body))().ignored).toBe('ping');
    for (const wrong of [
      undefined,
      '',
      'sha256=',
      signature(body, 'another secret'),
      signature(body).toUpperCase(),
      `${signature(body)}0`,
      signature(body).slice(0, -1),
      signature(' {"zen":"Keep it logically awesome."}'),
      `sha256=${'é'.repeat(64)}`,
    ])
      expect(withSignature(wrong)).toThrow(expect.objectContaining({ code: 'denied' }));
  });

  it('F3 nothing that is thrown holds the secret or the right signature', () => {
    try {
      withSignature('sha256=wrong')();
    } catch (error) {
      const text = String(error) + JSON.stringify(error);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(signature(body));
    }
  });

  it('D5 a signed body that is no JSON object is invalid, as is one without an event', () => {
    for (const broken of ['', '{"a":', '[]', 'null', '"x"', '\0', '{'.repeat(10_000)])
      expect(() => read('push', broken)).toThrow(expect.objectContaining({ code: 'invalid' }));
    const { headers, body: whole } = signed('ping', {});
    const bare = { ...headers, 'x-github-event': undefined };
    expect(() => readDelivery(secret, { headers: bare, body: whole })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
  });
});

describe('D6 payloads that are not as described', () => {
  const opened = (changes: object): Record<string, unknown> => {
    const payload = example('pull_request', 'opened');
    return { ...payload, pull_request: { ...(payload['pull_request'] as object), ...changes } };
  };

  it('unknown fields, missing optional fields and null heads are accepted', () => {
    const lean = {
      number: 2,
      state: 'open',
      surprise: { of: 2031 },
      head: {
        ref: 'changes',
        sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
        repo: { id: 186853002 },
      },
      base: { ref: 'master' },
    };
    const { hints } = read('pull_request', {
      action: 'synchronize',
      pull_request: lean,
      repository: { id: 186853002, full_name: 'Codertocat/Hello-World' },
    });
    expect(hints).toEqual([
      {
        kind: 'pull',
        number: 2,
        pull: { ...pull2, title: null, author: null, changedAt: null },
      },
    ]);
  });

  it('B7 one whose head, or whose fork, is gone has to be looked at', () => {
    const head = { ref: 'changes', sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821', repo: null };
    for (const of of [null, head, { ...head, sha: null }])
      expect(read('pull_request', opened({ head: of })).hints).toEqual([
        { kind: 'pull', number: 2, pull: null },
      ]);
  });

  it('F1 a fork is looked at, for its author has to be asked for', () => {
    const head = { ref: 'main', sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821', repo: { id: 7 } };
    expect(read('pull_request', opened({ head })).hints).toEqual([
      { kind: 'pull', number: 2, pull: null },
    ]);
  });

  it('needed fields of another type have one look', () => {
    const broken = [
      { state: 7 },
      { base: null },
      { head: { sha: 'HEAD', ref: 'x', repo: { id: 186853002 } } },
      { labels: 'bug' },
      { number: 3 },
    ];
    for (const changes of broken)
      expect(read('pull_request', opened(changes)).hints).toEqual([
        { kind: 'pull', number: 2, pull: null },
      ]);
    expect(read('pull_request', { action: 'opened', pull_request: 'x', number: -1 }).ignored).toBe(
      'pull_request.opened names no pull request',
    );
    for (const event of ['push', 'status', 'issue_comment', 'check_run', 'merge_group'])
      for (const action of ['created', 'checks_requested', 'rerequested', 7, null])
        expect(read(event, { action, repository: [] })).toMatchObject({
          hints: [],
          repository: null,
        });
  });

  it('B8 a repository is known by its id', () => {
    expect(read('repository', example('repository', 'renamed'))).toMatchObject({
      repository: { id: '186853261', name: 'Octocoders/Hello-World' },
      hints: [{ kind: 'repository' }],
    });
    expect(read('installation', example('installation', 'deleted'))).toMatchObject({
      repository: null,
      hints: [{ kind: 'repository' }],
    });
  });
});

describe('what a pull request is edited to', () => {
  it('B5 counts where it is the base', () => {
    const payload = { ...example('pull_request', 'opened'), action: 'edited' };
    const changes = { base: { ref: { from: 'develop' }, sha: { from: 'abc' } } };
    expect(read('pull_request', { ...payload, changes }).hints).toHaveLength(1);
    expect(read('pull_request', { ...payload, changes: { title: { from: 'x' } } }).ignored).toBe(
      'pull_request.edited without a new base is not used',
    );
  });
});

describe('pushes', () => {
  it('of a deleted branch say that it is gone, those of tags nothing', () => {
    const push = { repository: { id: 1, full_name: 'o/r' } };
    const zeros = '0'.repeat(40);
    expect(
      read('push', { ...push, ref: 'refs/heads/orthrus/pr-1', after: zeros, deleted: true }).hints,
    ).toEqual([{ kind: 'branch', name: 'orthrus/pr-1', head: null }]);
    expect(read('push', { ...push, ref: 'refs/tags/v1', after: 'a'.repeat(40) }).ignored).toBe(
      'a push of what is no branch is not used',
    );
  });
});

describe('results of other CIs', () => {
  const states = (conclusion: string | null, status = 'completed') =>
    read('check_run', {
      action: 'completed',
      check_run: { head_sha: 'a'.repeat(40), name: 'build', status, conclusion },
    }).hints;

  it('pass where GitHub lets them pass, and speak of the code only where they failed', () => {
    const expected: Record<string, string> = {
      success: 'success',
      neutral: 'success',
      skipped: 'success',
      failure: 'failure',
      cancelled: 'cancelled',
      timed_out: 'error',
      action_required: 'error',
      stale: 'error',
      startup_failure: 'error',
      of_tomorrow: 'error',
    };
    for (const [conclusion, state] of Object.entries(expected))
      expect(states(conclusion)).toMatchObject([{ job: { name: 'build', state } }]);
    expect(states(null)).toMatchObject([{ job: { state: 'error' } }]);
    expect(states(null, 'queued')).toMatchObject([{ job: { state: 'pending' } }]);
    expect(states(null, 'in_progress')).toMatchObject([{ job: { state: 'pending' } }]);
  });

  it('a failed status says why', () => {
    const status = { sha: 'a'.repeat(40), context: 'ci/x', state: 'failure', description: 'no' };
    expect(read('status', { ...status, target_url: 'https://ci.example.org/1' }).hints).toEqual([
      {
        kind: 'job',
        commit: 'a'.repeat(40),
        job: {
          name: 'ci/x',
          state: 'failure',
          drv: null,
          outputs: {},
          built: null,
          milliseconds: null,
          url: 'https://ci.example.org/1',
          error: 'no',
        },
      },
    ]);
  });
});
