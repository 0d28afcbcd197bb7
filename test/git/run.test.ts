import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitFailure, redact, summary } from '../../src/git/failure.ts';
import { Git, type GitOptions } from '../../src/git/run.ts';
import { BareRepository, temporaryDirectory } from './repository.ts';

function setUp(options: Partial<GitOptions> = {}): { git: Git; bare: BareRepository } {
  const directory = temporaryDirectory();
  const git = new Git({ home: join(directory, 'home'), ...options });
  return { git, bare: new BareRepository(join(directory, 'x.git')) };
}

describe('running git', () => {
  test('the environment of whoever started the service does not reach git', async () => {
    const { git, bare } = setUp();
    const strange = { GIT_DIR: '/nonexistent', GIT_CONFIG_COUNT: '1', GIT_TRACE: '1', LANG: 'de' };
    const before = { ...process.env };
    Object.assign(process.env, strange);
    try {
      const { stdout, stderr } = await git.run(bare.directory, ['var', '-l'], { what: 'look' });
      expect(stdout.toString()).toContain('safe.directory=*');
      expect(stderr).toBe('');
    } finally {
      process.env = before;
    }
  });

  test('a command that takes too long is ended, with what it started', async () => {
    const { git, bare } = setUp({ timeout: 300 });
    const started = performance.now();
    const args = ['-c', "alias.wait=!trap '' TERM; sleep 30 & wait; sleep 30", 'wait'];
    await expect(git.run(bare.directory, args, { what: 'wait' })).rejects.toMatchObject({
      code: 'timeout',
      message: 'could not wait: git took more than 0.3 s',
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('output without end is cut off', async () => {
    const { git, bare } = setUp();
    const args = ['-c', 'alias.much=!yes', 'much'];
    await expect(
      git.run(bare.directory, args, { what: 'read', maximum: 1_000_000 }),
    ).rejects.toMatchObject({ code: 'invalid', message: /more than 1000000 bytes/ });
  });

  test('reading lines stops at the one that is enough', async () => {
    const { git, bare } = setUp();
    const seen: string[] = [];
    await git.lines(bare.directory, ['-c', 'alias.much=!yes', 'much'], { what: 'read' }, (line) => {
      seen.push(line);
      return seen.length === 3;
    });
    expect(seen).toEqual(['y', 'y', 'y']);
  });

  test('git that is not there is said so', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      const { git, bare } = { git: new Git({ home: temporaryDirectory() }), bare: '/' };
      await expect(git.run(bare, ['version'], { what: 'x' })).rejects.toMatchObject({
        code: 'unavailable',
        message: 'git could not be started: is it installed?',
      });
    } finally {
      process.env['PATH'] = before;
    }
  });
});

test('F3 messages lose secrets and control characters, and are short', () => {
  expect(redact('see https://u:p@h/x?token=1 and http://p@h')).toBe('see https://h/x and http://h');
  const said = summary(`hint: x\nfatal: bad \u001b[31m thing\nwarning: y\n${'z'.repeat(900)}`);
  expect(said.startsWith('bad  [31m thing; zzz')).toBe(true);
  expect(said.length).toBeLessThanOrEqual(500);
  expect(gitFailure('x', 'The requested URL returned error: 429', 128).retryAt).toBeGreaterThan(
    Date.now(),
  );
});
