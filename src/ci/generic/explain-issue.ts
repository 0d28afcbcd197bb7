import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** `jobs[0].state: expected one of "pending"|"success"`: the field, and what was expected there. */
export function explainIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not fit';
  return `${pathOf(issue)}: ${issue.message.replace(/^Invalid (input|option|string): /, '')}`;
}

function pathOf({ path }: Issue): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`))
    .join('');
  return text === '' ? 'the body' : text.replace(/^\./, '');
}
