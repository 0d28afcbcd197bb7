import { z } from 'zod';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import type { SchemaName } from '../../src/http/openapi/schemas.ts';
import { fieldsTable, type Schema, schema } from './http-shapes.ts';
import { examples } from './http-examples.ts';

const reference = z.object({ $ref: z.string() });
const content = z.record(z.string(), z.object({ schema: reference.optional() }));
const operation = z.object({
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), description: z.string() })),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
});
type Operation = z.infer<typeof operation>;

const description = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), schema),
    securitySchemes: z.record(z.string(), z.object({ description: z.string() })),
  }),
});
type Description = z.infer<typeof description>;

/** docs/http-api.md: every route with what it takes and answers, from the OpenAPI document. */
export function httpApiPage(): string {
  const document = description.parse(openApiDocument());
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]) => ({
      route: `${method.toUpperCase()} ${path}`,
      of,
    })),
  );
  return `# HTTP API

Below \`publicUrl\`. Answers are JSON unless told otherwise, times milliseconds since the epoch, and what is not known is
\`null\`. A pull request is named by forge, owner, repository and number, a branch by \`@\` and its name in place of the
number: \`/api/pulls/github/owner/repo/@main\`. \`GET /api/openapi.json\` says all of this to programs.

What was recorded answers 202 with \`stream\` and \`version\` once it is durable, what was not 202 with \`ignored\` and
the reason. An error is \`{"error": {"code", "message"}}\`; 500 may come from anywhere, and the service's own log says why.

In a route stand

${namesInRoutes(routes.flatMap(({ of }) => of.parameters))}

| route | |
| --- | --- |
${routes.map(({ route, of }) => `| [\`${route}\`](#${anchor(route)}) | ${of.summary} |`).join('\n')}

${routes.map(({ route, of }) => section(route, of, document)).join('\n')}
## Shapes

${Object.entries(document.components.schemas)
  .map(([name, of]) => shape(name, of))
  .join('\n')}`
    .trimEnd()
    .concat('\n');
}

function namesInRoutes(parameters: Operation['parameters']): string {
  const names = new Map(
    parameters.filter((one) => one.in === 'path').map((one) => [one.name, one.description]),
  );
  return [...names].map(([name, said]) => `- \`{${name}}\`: ${said}`).join('\n');
}

function section(route: string, of: Operation, document: Description): string {
  const [ok, ...errors] = Object.entries(of.responses).toSorted(
    ([a], [b]) => Number(a) - Number(b),
  );
  const [scheme] = Object.keys(of.security?.[0] ?? {});
  const body = namedIn(of.requestBody?.content);
  const query = of.parameters.filter((one) => one.in === 'query');
  const parts = [
    `## \`${route}\``,
    `${of.summary}.`,
    scheme === undefined
      ? null
      : `Needs ${words[scheme] ?? scheme}. ${document.components.securitySchemes[scheme]?.description ?? ''}`,
    query.length === 0
      ? null
      : `| in the query | |\n| --- | --- |\n${query
          .map((one) => `| \`${one.name}\` | ${one.description} |`)
          .join('\n')}`,
    body === null ? null : `Takes ${linked(body)}.`,
    ok === undefined ? null : `Answers ${ok[0]} with ${answerText(ok[1].content)}.`,
    errors.length === 0
      ? null
      : `| error | |\n| --- | --- |\n${errors.map(([status, { description: said }]) => `| ${status} | ${said} |`).join('\n')}`,
    exampleOf(route, body, namedIn(ok?.[1].content), scheme),
  ];
  return `${parts.filter((part) => part !== null).join('\n\n')}\n`;
}

const words: Readonly<Record<string, string>> = {
  operator: "the operator's token, as `Authorization: Bearer …`",
  ci: "the CI's signature, in `X-Orthrus-Signature-256`",
  forge: "the forge's signature, in `X-Hub-Signature-256`",
};

const values: Readonly<Record<string, string>> = {
  forge: 'github',
  owner: 'owner',
  repo: 'repo',
  subject: '12',
  attempt: '1',
  ci: 'other',
};

/** How it is called, and what comes back. */
function exampleOf(
  route: string,
  body: string | null,
  answer: string | null,
  scheme: string | undefined,
): string | null {
  const [method = '', path = ''] = route.split(' ');
  if (!path.startsWith('/api/')) return null;
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name);
  const call = [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    scheme === 'operator' ? '-H "authorization: Bearer $ORTHRUS_OPERATOR_TOKEN"' : null,
    method === 'GET' ? null : "-H 'content-type: application/json'",
    method === 'GET' ? null : `-d '${JSON.stringify(exampleBy(body) ?? {})}'`,
    `https://ci.example.org${address}`,
  ].filter((part) => part !== null);
  const shown = exampleBy(answer);
  const result =
    shown === undefined ? '' : `\n\n\`\`\`json\n${JSON.stringify(shown, null, 2)}\n\`\`\``;
  return `\`\`\`sh\n${call.join(method === 'GET' ? ' ' : ' \\\n  ')}\n\`\`\`${result}`;
}

function exampleBy(name: string | null): unknown {
  const known: Readonly<Partial<Record<string, unknown>>> = examples satisfies Partial<
    Record<SchemaName, unknown>
  >;
  return name === null ? undefined : known[name];
}

function answerText(of: z.infer<typeof content>): string {
  const name = namedIn(of);
  const [type = ''] = Object.keys(of);
  return name === null ? `\`${type}\`` : linked(name);
}

function namedIn(of: z.infer<typeof content> | undefined): string | null {
  const ref = Object.values(of ?? {})[0]?.schema?.$ref;
  return ref?.split('/').at(-1) ?? null;
}

function linked(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function shape(name: string, of: Schema): string {
  return `### ${name}\n\n${fieldsTable(of)}\n`;
}

/** The anchor that GitHub gives to a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
