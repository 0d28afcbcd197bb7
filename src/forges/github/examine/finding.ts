import { PortError } from '../../../ports/port-error.ts';

/** One line for a person: what is right, or what is not and what to do. */
export interface Finding {
  readonly ok: boolean;
  readonly line: string;
}

export const good = (line: string): Finding => ({ ok: true, line });
export const bad = (line: string): Finding => ({ ok: false, line });

/** A look that fails is a finding too. */
export async function look(
  what: string,
  finding: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await finding();
  } catch (error) {
    if (error instanceof PortError) return [bad(`${what}: ${error.message}`)];
    throw error;
  }
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof PortError && codes.includes(error.code);
}
