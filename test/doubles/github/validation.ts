import { api, type Operation, schema } from './openapi.ts';

export interface Exchange {
  /** `GET /repos/{owner}/{repo}`. */
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Collects what was sent and answered, and says what GitHub's own description does not allow; checked when asked. */
export class Validation {
  readonly #pending: (() => string[])[] = [];
  readonly #violations: string[] = [];

  exchange(exchange: Exchange): void {
    this.#pending.push(() => [...requestFaults(exchange), ...answerFaults(exchange)]);
  }

  /** `name` as `pull-request-synchronize`; `body` the payload's text. */
  webhook(name: string, body: string): void {
    this.#pending.push(() => {
      const found = api().doc.webhooks[name];
      if (found === undefined) return [`webhook ${name} is not in openapi.json`];
      const fault = api().fault(`webhook ${name}`, found, JSON.parse(body));
      return fault === null ? [] : [`webhook ${name}: ${fault}`];
    });
  }

  violations(): readonly string[] {
    for (const check of this.#pending.splice(0)) this.#violations.push(...check());
    return this.#violations;
  }
}

function operationOf(name: string): Operation | null {
  const [method = '', path = ''] = name.split(' ');
  return api().doc.paths[path]?.[method.toLowerCase()] ?? null;
}

function requestFaults({ operation: name, path, query, body, status }: Exchange): string[] {
  // What GitHub refuses as invalid needs no second word.
  if (status === 422 || status === 400) return [];
  const of = operationOf(name);
  if (of === null) return [`${name} is not in openapi.json`];
  const faults: string[] = [];
  const parameters = api().parameters(of);
  for (const [where, values] of [
    ['path', path],
    ['query', query],
  ] as const) {
    const known = parameters.filter((one) => one.in === where);
    const properties = Object.fromEntries(known.map((one) => [one.name, one.schema]));
    const required = known.filter((one) => one.required === true).map((one) => one.name);
    const whole = { type: 'object', properties, required, additionalProperties: false };
    const fault = api().fault(`${name} ${where}`, whole, { ...values }, 'address');
    if (fault !== null) faults.push(`${name}: ${where}: ${fault}`);
  }
  const bodySchema = of.requestBody?.content['application/json']?.schema;
  if (bodySchema !== undefined && (body !== undefined || of.requestBody?.required === true)) {
    const fault = api().fault(`${name} body`, bodySchema, body);
    if (fault !== null) faults.push(`${name}: body: ${fault}`);
    const properties = schema.safeParse(bodySchema['properties']);
    const fields = schema.safeParse(body);
    if (properties.success && fields.success)
      for (const field of Object.keys(fields.data))
        if (!(field in properties.data)) faults.push(`${name}: body: there is no field ${field}`);
  }
  return faults;
}

function answerFaults({ operation: name, status, answer }: Exchange): string[] {
  const of = operationOf(name);
  if (of === null || status === 304) return [];
  const found = api().response(of, status);
  if (found === null) {
    // Refusals and redirects may come with any operation; few are described.
    if (status >= 300 || String(status) in of.responses) return [];
    return [`${name}: ${status} is no answer of it`];
  }
  const fault = api().fault(`${name} ${status}`, found, answer);
  return fault === null ? [] : [`${name}: ${status}: ${fault}`];
}
