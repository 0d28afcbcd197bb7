import { z } from 'zod';

/**
 * An object whose keys are names that other people give, as jobs have. `z.record` leaves out a key `__proto__` without a
 * word; a job may be called that (F5).
 */
export function named<Value>(value: z.ZodType<Value>): z.ZodType<Record<string, Value>> {
  return z.unknown().transform((input, context): Record<string, Value> => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      context.addIssue({ code: 'custom', message: 'expected an object' });
      return z.NEVER;
    }
    return Object.fromEntries(
      Object.entries(input).map(([name, inner]: [string, unknown]) => {
        const parsed = value.safeParse(inner);
        for (const issue of parsed.error?.issues ?? [])
          context.addIssue({ ...issue, path: [name, ...issue.path] });
        return [name, parsed.success ? parsed.data : z.NEVER];
      }),
    );
  });
}
