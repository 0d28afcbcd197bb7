/** An answer of a server that git spoke to over HTTP. Header names are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The file descriptor that git tells its HTTP on. */
export const traceDescriptor = 3;

/**
 * Has git tell the headers that came. What it prints of a refusal itself is its number only, and not how long to wait.
 * It leaves out of these lines what it sent to authorize itself, and all bodies.
 */
export const traceEnvironment: Readonly<Record<string, string>> = {
  GIT_TRACE_CURL: String(traceDescriptor),
  GIT_TRACE_CURL_NO_DATA: '1',
  GIT_TRACE_REDACT: '1',
};

/** The last answer in such a trace; null: none came. */
export function lastAnswer(trace: string): HttpAnswer | null {
  let last: { status: number; headers: Record<string, string> } | null = null;
  for (const line of trace.split('\n')) {
    const [, said] = /^\S+ \S+\s+<= Recv header: (.*?)\r?$/.exec(line) ?? [];
    if (said === undefined) continue;
    const [, status] = /^HTTP\/[\d.]+ (\d{3})(?: |$)/.exec(said) ?? [];
    if (status !== undefined) last = { status: Number(status), headers: {} };
    else if (last !== null) {
      const colon = said.indexOf(':');
      if (colon > 0)
        last.headers[said.slice(0, colon).toLowerCase()] = said.slice(colon + 1).trim();
    }
  }
  return last;
}
