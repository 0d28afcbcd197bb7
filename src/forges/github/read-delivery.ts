import { z } from 'zod';
import type { Delivery, RawDelivery } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import { readIssueComment } from './hints/comment.ts';
import { readPullRequest } from './hints/pull-request.ts';
import { notUsed, type Payload, type Reading } from './hints/reading.ts';
import { readMergeGroup, readPush } from './hints/refs.ts';
import { readCheckRun, readCheckSuite, readStatus } from './hints/results.ts';
import { verifySignature } from './signature.ts';

/** Its name or owner, or what we may do there: whatever it is, one has to look. */
const readRepository = (): Reading => [{ kind: 'repository' }];

const readers = new Map<string, (payload: Payload) => Reading>([
  ['pull_request', readPullRequest],
  ['push', readPush],
  ['merge_group', readMergeGroup],
  ['issue_comment', readIssueComment],
  ['check_run', readCheckRun],
  ['check_suite', readCheckSuite],
  ['status', readStatus],
  ['repository', readRepository],
  // These are of an account, and name no single repository: any of those configured may have come or gone.
  ['installation', readRepository],
  ['installation_repositories', readRepository],
  ['ping', () => 'ping'],
]);

/** Of any payload. What is not as expected is as good as missing (D6). */
const envelope = z.object({
  action: z.string().nullish().catch(null),
  repository: z
    .object({ id: z.number().nullish().catch(null), full_name: z.string() })
    .nullish()
    .catch(null),
});

/** @throws {PortError} `denied`, `invalid` */
export function readDelivery(secret: string, { headers, body }: RawDelivery): Delivery {
  verifySignature(secret, headers['x-hub-signature-256'], body);
  const event = headers['x-github-event'];
  if (event === undefined)
    throw new PortError('invalid', 'the delivery does not say its event (X-GitHub-Event)');
  const json = parseObject(body);
  const { action, repository } = envelope.parse(json);
  const repositoryId = repository?.id == null ? null : String(repository.id);
  const payload = { event, action: action ?? null, body: json, repositoryId };
  const reading = (readers.get(event) ?? notUsed)(payload);
  const id = headers['x-github-delivery'];
  return {
    id: id !== undefined && /^[!-~]{1,200}$/.test(id) ? id : null,
    repository: repository == null ? null : { id: repositoryId, name: repository.full_name },
    hints: typeof reading === 'string' ? [] : reading,
    ignored: typeof reading === 'string' ? reading : null,
  };
}

function parseObject(body: Buffer): object {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new PortError('invalid', 'the delivery is no JSON');
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new PortError('invalid', 'the delivery is no JSON object');
}
