import { createHmac } from 'node:crypto';
import { z } from 'zod';

/** What a push announced. */
export interface Push {
  readonly branch: string;
  readonly before: string;
  readonly after: string;
}

export type Command =
  | { readonly command: 'NewJobset'; readonly name: string; readonly url: string }
  | { readonly command: 'EvaluateJobset'; readonly name: string }
  | { readonly command: 'DeleteJobset'; readonly name: string };

const push = z.object({ ref: z.string(), before: z.string(), after: z.string() }).partial();
const zeros = '0'.repeat(40);
/** A pipe takes this much in one `write`; Typhon does not write the rest, and the action reads broken JSON. */
const pipe = 64 * 1024;

/**
 * The stock `webhook` action: a shell script around jq and openssl. `$(…)` takes newlines off the body's end before it is
 * hashed, so a body that ends with one has another signature there than here.
 * @param headers names in lower case
 * @returns what it prints, and of which push; null: it fails
 */
export function stockWebhook(
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { secret: string; url: (branch: string) => string },
): { readonly commands: readonly Command[]; readonly push: Push | null } | null {
  const stdin = JSON.stringify({ input: { headers, body }, secrets: { '': options.secret } });
  if (Buffer.byteLength(stdin) > pipe) return null;
  const text = body.replace(/\n+$/, '');
  const computed = createHmac('sha256', options.secret).update(text).digest('hex');
  if ((headers['x-hub-signature-256'] ?? '').slice('sha256='.length) !== computed) return null;
  if (headers['x-github-event'] !== 'push') return { commands: [], push: null };
  const { ref, before = 'null', after = 'null' } = parse(text);
  if (ref === undefined) return null;
  const name = ref.split('/').slice(2).join('/');
  return {
    commands: [...commandsFor(name, before, after, options)],
    push: { branch: name, before, after },
  };
}

function* commandsFor(
  name: string,
  before: string,
  after: string,
  options: { url: (branch: string) => string },
): Generator<Command> {
  if (before === zeros) yield { command: 'NewJobset', name, url: options.url(name) };
  else if (after === zeros) return yield { command: 'DeleteJobset', name };
  yield { command: 'EvaluateJobset', name };
}

function parse(text: string): z.infer<typeof push> {
  try {
    return push.catch({}).parse(JSON.parse(text));
  } catch {
    return {};
  }
}
