import { z } from 'zod';
import type { Command, Hint } from '../../../ports/forge.ts';
import { milliseconds } from '../pull-fields.ts';
import { incomplete, notUsed, type Payload, type Reading } from './reading.ts';

const issueComment = z.object({
  issue: z.object({
    number: z.number().int().positive(),
    /** Only a pull request has one. */
    pull_request: z.object({}).nullish(),
  }),
  comment: z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ login: z.string(), type: z.string().nullish() }).nullish(),
    created_at: z.string(),
  }),
});

/**
 * Commands, by whomever: whether they may is asked when a command is carried out. What a program says is none, or two
 * of them might answer each other for ever; nor is what a comment was changed to say, for then its date and its readers
 * belong to another text.
 */
export function readIssueComment(payload: Payload): Reading {
  if (payload.action !== 'created') return notUsed(payload);
  const { data } = issueComment.safeParse(payload.body);
  if (data === undefined) return incomplete(payload, 'issue and comment');
  const { issue, comment } = data;
  if (issue.pull_request == null) return 'a comment on an issue is not used';
  const at = milliseconds(comment.created_at);
  if (comment.user == null || at === null) return incomplete(payload, 'author and date');
  if (comment.user.type === 'Bot') return 'a comment by a program is not used';
  const by = comment.user.login;
  const hints = commandsOf(comment.body ?? '').map(
    (command): Hint => ({
      kind: 'command',
      number: issue.number,
      command,
      by,
      comment: String(comment.id),
      at,
    }),
  );
  return hints.length === 0 ? 'a comment without a command of ours is not used' : hints;
}

/** Lines that begin with `/orthrus `, each once. Lines in a fenced block are shown to people, not said to us. */
export function commandsOf(text: string): readonly Command[] {
  const commands = new Map<string, Command>();
  let fence: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence) === true) fence = null;
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    const said = /^\/orthrus[ \t]+(.*)$/.exec(line)?.[1];
    const command = said === undefined ? null : commandOf(said.trim().split(/\s+/));
    if (command !== null) commands.set(JSON.stringify(command), command);
  }
  return [...commands.values()];
}

/** Only what is understood to the last word: `approve all` approves nothing. */
function commandOf([verb, ...rest]: readonly string[]): Command | null {
  const argument = rest.join(' ').toLowerCase();
  switch (verb) {
    case 'approve':
      if (argument === '') return { kind: 'approve', head: null };
      return /^[0-9a-f]{7,64}$/.test(argument) ? { kind: 'approve', head: argument } : null;
    case 'rebuild':
      if (argument === '') return { kind: 'rebuild', head: null };
      return argument === 'cold' ? { kind: 'rebuild-cold', head: null } : null;
    case 'status':
      return argument === '' ? { kind: 'status', head: null } : null;
    default:
      return null;
  }
}
