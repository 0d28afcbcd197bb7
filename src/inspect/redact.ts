import { redacted as withoutSecrets } from '../ports/secrets.ts';

/** Stands where something was that does not leave. */
export const redacted = '[redacted]';

/** An event's data or a context as it may leave. */
export type Redact = (of: object) => Record<string, unknown>;

/**
 * Takes out what stands under these names, however deep; `null` stays, since it tells of nobody and explains what a guard
 * said. In all other texts no secret is left (F3), as in everything that leaves.
 */
export function redactor(names: readonly string[]): Redact {
  const hidden = new Set(names);
  const fields = (of: object): Record<string, unknown> =>
    // `fromEntries` defines what it is given, whatever its name; an assignment to `__proto__` would not.
    Object.fromEntries(
      Object.entries(of).map(([name, value]: [string, unknown]) => [
        name,
        hidden.has(name) && value !== null ? redacted : inner(value),
      ]),
    );
  const inner = (value: unknown): unknown => {
    if (typeof value === 'string') return withoutSecrets(value);
    if (Array.isArray(value)) return value.map(inner);
    return typeof value === 'object' && value !== null ? fields(value) : value;
  };
  return fields;
}
