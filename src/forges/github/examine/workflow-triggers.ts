/**
 * Whether a workflow may run on a push to any branch: a look at the lines of its `on`, in the three ways in which people
 * write it, and not a reading of its YAML. What it does not understand, it says may run.
 */
export function mayRunOnPush(yaml: string): boolean {
  const lines = yaml
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trimEnd())
    .filter((line) => line !== '');
  const start = lines.findIndex((line) => /^(['"]?)on\1\s*:/.test(line));
  if (start === -1) return false;
  const inline = (lines[start] ?? '').replace(/^[^:]*:/, '').trim();
  const block = indented(lines.slice(start + 1), 0);
  if (inline !== '') return mayRunInline([inline, ...block].join(' '));
  return mayRunBlock(block);
}

/** `on: push`, `on: [push, pull_request]`, `on: {push: {branches: [main]}}` */
function mayRunInline(text: string): boolean {
  return /\bpush\b/.test(text) && !isFiltered(text);
}

function mayRunBlock(block: readonly string[]): boolean {
  const at = block.findIndex((line) => /^\s*(?:-\s*)?(['"]?)push\1\s*(?::|$)/.test(line));
  const line = block[at];
  if (line === undefined) return false;
  const own = line.replace(/^[^:]*:?/, '');
  return !isFiltered([own, ...indented(block.slice(at + 1), depth(line))].join('\n'));
}

/** Filters by branch, or by tag alone, which no branch passes. A filter that lets everything pass is none. */
function isFiltered(text: string): boolean {
  if (/\bbranches(?:-ignore)?['"]?\s*:/.test(text)) return !/['"]\*\*(?:\/\*\*)?['"]/.test(text);
  return /\btags(?:-ignore)?['"]?\s*:/.test(text);
}

/** The lines at the beginning that stand deeper than `than`; a list may stand as deep as its key, at the top. */
function indented(lines: readonly string[], than: number): readonly string[] {
  const end = lines.findIndex((line) => depth(line) <= than && !(than === 0 && /^-\s/.test(line)));
  return end === -1 ? lines : lines.slice(0, end);
}

function depth(line: string): number {
  return line.length - line.trimStart().length;
}
