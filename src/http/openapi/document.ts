import { type Operation, operations } from './operations.ts';
import { componentSchemas, ref, type SchemaName } from './schemas.ts';

const parameters: Readonly<Record<string, string>> = {
  forge: "The forge's name in the configuration.",
  owner: "The repository's owner.",
  repo: "The repository's name.",
  subject: "A pull request's number; or @ and a branch's name.",
  attempt: "A build's number.",
  ci: "The CI's name in the configuration.",
};

const errorTexts: Readonly<Record<number, string>> = {
  400: 'The request makes no sense; the message says why.',
  401: 'The token or the signature is missing or wrong.',
  403: 'No operator token is configured.',
  404: 'There is nothing of that name.',
  409: 'It has changed meanwhile.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  503: 'It cannot be done now; nothing was recorded. Try again.',
};

/** The OpenAPI 3.1 document of the HTTP side. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Orthrus',
      version: '1',
      description:
        'What was recorded answers 202 `{stream, version}` once it is durable, what was not 202 `{ignored}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        operator: { type: 'http', scheme: 'bearer', description: 'The configured operatorToken.' },
        ci: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Orthrus-Signature-256',
          description:
            "sha256= and the hex HMAC-SHA256 of the raw body, with the CI's callbackSecret.",
        },
        forge: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Hub-Signature-256',
          description: "GitHub's signature, with the forge's webhookSecret. A git server has none.",
        },
      },
    },
  };
}

function described(operation: Operation): object {
  const { path, summary, query, body, success, errors, security } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    description: parameters[name],
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, description]) => ({
    name,
    in: 'query',
    schema: { type: 'string' },
    description,
  }));
  const content =
    'schema' in success
      ? { 'application/json': { schema: ref(success.schema) } }
      : { [success.type]: {} };
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: ref(body) } } } }),
    responses: {
      [success.status]: { description: 'All is well.', content },
      ...Object.fromEntries(
        errors.map((status) => [status, failure(status, operation.errorSchema)]),
      ),
    },
    ...(security === undefined ? {} : { security: [{ [security]: [] }] }),
  };
}

function failure(status: number, schema: SchemaName = 'Error'): object {
  return {
    description: errorTexts[status],
    content: { 'application/json': { schema: ref(schema) } },
  };
}
