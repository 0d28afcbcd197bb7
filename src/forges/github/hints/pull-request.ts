import { z } from 'zod';
import { isOfRepository, pullFields, toPull } from '../pull-fields.ts';
import { incomplete, notUsed, type Payload, type Reading } from './reading.ts';

const used = new Set([
  'opened',
  'synchronize',
  'reopened',
  'closed',
  'edited',
  'ready_for_review',
  'converted_to_draft',
  'labeled',
  'unlabeled',
]);

const number = z.number().int().positive();
const numbers = z.object({
  number: number.optional().catch(undefined),
  pull_request: z.object({ number }).optional().catch(undefined),
});
const withPull = z.object({ pull_request: pullFields });
const withNewBase = z.object({ changes: z.object({ base: z.object({}) }) });

/**
 * A payload holds the whole pull request, so that nobody has to look; except for a fork's, where one must ask who its
 * author is, and for one that is not as we know them.
 */
export function readPullRequest(payload: Payload): Reading {
  const { action, body, repositoryId } = payload;
  if (action === null || !used.has(action)) return notUsed(payload);
  if (action === 'edited' && !withNewBase.safeParse(body).success)
    return 'pull_request.edited without a new base is not used';
  const named = numbers.parse(body);
  const pullNumber = named.number ?? named.pull_request?.number;
  if (pullNumber === undefined) return incomplete(payload, 'pull request');
  const { data } = withPull.safeParse(body);
  const isWhole =
    data !== undefined &&
    repositoryId !== null &&
    isOfRepository(data.pull_request, repositoryId) &&
    data.pull_request.number === pullNumber;
  const pull = isWhole ? toPull(data.pull_request, repositoryId, true) : null;
  return [{ kind: 'pull', number: pullNumber, pull }];
}
