/** How a secret looks wherever it would have been told. */
export const instead = '[secret]';

/** What is shorter than a secret's line may stand in any text. */
const shortestLine = 16;
/** What is shorter than this stands in any text by chance, and taking it out would tell it. */
const shortestSecret = 4;
/** How many of the tokens made while we run are known; an hour ends each of them. */
const mostPassing = 200;

/** What is a secret by its look: GitHub's tokens, an App's signed requests, and what git shows for a token. */
const shapes =
  /\b(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})|\beC1hY2Nlc3MtdG9rZW46[A-Za-z0-9+/]+={0,2}/g;

const lasting = new Set<string>();
const passing = new Set<string>();
/** All of them in all their forms, the longest first: one may stand within another. */
let forms: readonly string[] = [];

/**
 * Has a secret never be told by a failure (F3). A process has one set of them, as it has one environment: whoever makes
 * an error need not know whose secret a server may have repeated.
 * @param kept `passing`: made while we run, and void soon
 */
export function knowSecret(secret: string, kept: 'lasting' | 'passing' = 'lasting'): void {
  const set = kept === 'lasting' ? lasting : passing;
  if (secret.length < shortestSecret || set.has(secret)) return;
  set.add(secret);
  for (const oldest of passing) {
    if (passing.size <= mostPassing) break;
    passing.delete(oldest);
  }
  forms = [...new Set([...lasting, ...passing].flatMap(formsOf))].toSorted(
    (one, other) => other.length - one.length,
  );
}

/** A text by somebody else without any secret of ours. Comes before the text is cut, which may leave half of one. */
export function redacted(text: string): string {
  return forms
    .reduce((said, form) => said.replaceAll(form, instead), text)
    .replaceAll(shapes, instead);
}

/** A secret as texts may hold it: whole, a line of a key, inside JSON, inside a URL. */
export function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= shortestLine);
  // What stands between a key's lines is no secret.
  const quotable = lines.filter((line) => !line.startsWith('-----'));
  const all = [secret, ...quotable];
  return [
    ...new Set([
      ...all,
      ...all.map((text) => JSON.stringify(text).slice(1, -1)),
      ...all.map(inUrl),
    ]),
  ];
}

function inUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
