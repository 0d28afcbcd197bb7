import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../../src/forges/github/hints/comment.ts';
import { read } from './signed.ts';

function comment(body: string, changes: { action?: string; type?: string; issue?: object } = {}) {
  return read('issue_comment', {
    action: changes.action ?? 'created',
    issue: changes.issue ?? { number: 12, pull_request: { url: 'https://…' } },
    comment: {
      id: 99,
      body,
      user: { login: 'ada', type: changes.type ?? 'User' },
      created_at: '2024-05-15T15:20:21Z',
    },
    repository: { id: 7, full_name: 'o/r' },
  });
}

describe('commands in comments', () => {
  it('are lines that begin with /orthrus', () => {
    expect(comment('Looks good.\r\n/orthrus approve 1A2B3C4\r\n/orthrus rebuild cold\n')).toEqual({
      id: 'd1',
      repository: { id: '7', name: 'o/r' },
      ignored: null,
      hints: [
        {
          kind: 'command',
          number: 12,
          command: { kind: 'approve', head: '1a2b3c4' },
          by: 'ada',
          comment: '99',
          at: Date.parse('2024-05-15T15:20:21Z'),
        },
        {
          kind: 'command',
          number: 12,
          command: { kind: 'rebuild-cold', head: null },
          by: 'ada',
          comment: '99',
          at: Date.parse('2024-05-15T15:20:21Z'),
        },
      ],
    });
  });

  it('each of the five', () => {
    const text =
      '/orthrus approve\n/orthrus  approve   abcdef1 \n/orthrus rebuild\n/orthrus rebuild cold\n/orthrus status';
    expect(commandsOf(text)).toEqual([
      { kind: 'approve', head: null },
      { kind: 'approve', head: 'abcdef1' },
      { kind: 'rebuild', head: null },
      { kind: 'rebuild-cold', head: null },
      { kind: 'status', head: null },
    ]);
    expect(commandsOf('/orthrus status\n/orthrus status')).toHaveLength(1);
  });

  it('F5 are understood to the last word, or not at all', () => {
    for (const text of [
      '/orthrus',
      '/orthrus ',
      '/orthrus approve all',
      '/orthrus approve abc',
      '/orthrus approve 1a2b3c4 $(reboot)',
      '/orthrus approve --upload-pack=x',
      '/orthrus rebuild everything',
      '/orthrus delete',
      '/orthrusapprove',
      'please /orthrus approve',
      ' /orthrus approve',
      '> /orthrus approve',
      '```\n/orthrus approve\n```',
      'Say\n~~~text\n/orthrus approve\n```\n/orthrus approve\n~~~',
      '````\n```\n/orthrus approve\n```\n````',
    ])
      expect({ text, commands: commandsOf(text) }).toEqual({ text, commands: [] });
    expect(commandsOf('```\nexample\n```\n/orthrus approve')).toHaveLength(1);
  });

  it('of programs, on issues, and in edited comments are none', () => {
    expect(comment('/orthrus approve', { type: 'Bot' }).ignored).toBe(
      'a comment by a program is not used',
    );
    expect(comment('/orthrus approve', { issue: { number: 12 } }).ignored).toBe(
      'a comment on an issue is not used',
    );
    expect(comment('/orthrus approve', { action: 'edited' }).ignored).toBe(
      'issue_comment.edited is not used',
    );
    expect(comment('Thanks!').ignored).toBe('a comment without a command of ours is not used');
  });
});
