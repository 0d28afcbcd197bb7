import { clip } from '../../../../machines/describe.ts';
import type { Credentials } from '../../../ports/forge.ts';
import { redacted } from '../../../ports/secrets.ts';
import { bad, type Finding, good } from './finding.ts';

/** Asks what git asks first when it pushes. It is answered only to those who may, and changes nothing. */
export async function mayPush(
  remote: string,
  { username, password }: Credentials,
  timeout: number,
): Promise<Finding> {
  const needed = 'cache branches are pushed by git; the token needs contents: write';
  try {
    const { ok, status } = await fetch(`${remote}/info/refs?service=git-receive-pack`, {
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      signal: AbortSignal.timeout(timeout),
    });
    return ok
      ? good(`contents: git may push to ${remote}`)
      : bad(`contents: git may not push to ${remote} (${status}): ${needed}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return bad(`contents: git cannot reach ${remote}: ${clip(redacted(reason))}`);
  }
}
