// Makes openapi.json: from GitHub's own description of its API, the operations and webhooks that the double serves, with
// every component they refer to, without prose and examples. The description is `generated/api.github.com.json` of the npm
// package @octokit/openapi (23.0.2 was used; 13 MB, so it is no dependency of ours):
//
//   node test/doubles/github/extract-openapi.mjs api.github.com.json > test/doubles/github/openapi.json
//   npx biome format --write test/doubles/github/openapi.json
import { readFileSync } from 'node:fs';

const operations = [
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/pulls',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'GET /repos/{owner}/{repo}/branches/{branch}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
  'GET /repos/{owner}/{repo}/contents/{path}',
  'POST /repos/{owner}/{repo}/statuses/{sha}',
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses',
  'GET /repos/{owner}/{repo}/commits/{ref}/status',
  'POST /repos/{owner}/{repo}/check-runs',
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/events',
  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'GET /repos/{owner}/{repo}/hooks',
  'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
  'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts',
  'GET /repos/{owner}/{repo}/installation',
  'GET /user',
  'GET /rate_limit',
  'GET /app',
  'POST /app/installations/{installation_id}/access_tokens',
  'GET /app/hook/config',
  'GET /app/hook/deliveries',
  'POST /app/hook/deliveries/{delivery_id}/attempts',
];

const webhooks = [
  'pull-request-opened',
  'pull-request-synchronize',
  'pull-request-closed',
  'pull-request-reopened',
  'pull-request-edited',
  'pull-request-ready-for-review',
  'pull-request-converted-to-draft',
  'pull-request-labeled',
  'pull-request-unlabeled',
  'pull-request-enqueued',
  'pull-request-dequeued',
  'push',
  'create',
  'delete',
  'merge-group-checks-requested',
  'merge-group-destroyed',
  'issue-comment-created',
  'check-run-created',
  'check-run-completed',
  'check-run-rerequested',
  'status',
  'repository-renamed',
  'repository-transferred',
  'ping',
  'installation-created',
  'installation-deleted',
];

const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags']);

/** A copy without prose. A property may be called `description`: then its value is a schema, and stays. */
function bare(value, inProperties = false) {
  if (Array.isArray(value)) return value.map((item) => bare(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => inProperties || !(prose.has(key) || key.startsWith('x-')),
  );
  const copy = Object.fromEntries(
    kept.map(([key, item]) => [key, bare(item, key === 'properties' && !inProperties)]),
  );
  return inProperties ? copy : withNull(copy);
}

/** OpenAPI's `nullable`, where JSON Schema would not see it: beside no type, and beside an enum without null. */
function withNull(schema) {
  if (schema.nullable !== true) return schema;
  if (schema.enum !== undefined && !schema.enum.includes(null))
    return { ...schema, enum: [...schema.enum, null] };
  if (schema.type !== undefined) return schema;
  const { nullable: _, ...rest } = schema;
  return { anyOf: [rest, { type: 'null' }] };
}

function references(value, found = new Set()) {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value))
    if (key === '$ref' && typeof item === 'string') found.add(item);
    else references(item, found);
  return found;
}

const [file] = process.argv.slice(2);
const description = JSON.parse(readFileSync(file, 'utf8'));
// Where GitHub answers null, and says so elsewhere, but not here: a fork that is gone, a label that nobody has described.
const { 'pull-request': pull, 'pull-request-simple': simple } = description.components.schemas;
for (const { properties } of [pull.properties.head, simple.properties.head])
  properties.repo = { anyOf: [properties.repo, { type: 'null' }] };
simple.properties.labels.items.properties.description.nullable = true;
const out = {
  openapi: description.openapi,
  info: { title: description.info.title, version: description.info.version },
  paths: {},
  webhooks: {},
  components: {},
};
for (const operation of operations) {
  const [method, path] = operation.split(' ');
  const found = description.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`there is no ${operation}`);
  const { operationId, parameters = [], requestBody, responses } = bare(found);
  const kept = { operationId, parameters, ...(requestBody && { requestBody }), responses };
  out.paths[path] = { ...out.paths[path], [method.toLowerCase()]: kept };
}
for (const name of webhooks) {
  const found = description['x-webhooks'][name];
  if (found === undefined) throw new Error(`there is no webhook ${name}`);
  out.webhooks[name] = bare(found.post.requestBody.content['application/json'].schema);
}
const wanted = [...references(out)];
while (wanted.length > 0) {
  const [, , kind, name] = wanted.pop().split('/');
  if (out.components[kind]?.[name] !== undefined) continue;
  const component = bare(description.components[kind][name]);
  out.components[kind] = { ...out.components[kind], [name]: component };
  wanted.push(...references(component));
}
process.stdout.write(`${JSON.stringify(out)}\n`);
