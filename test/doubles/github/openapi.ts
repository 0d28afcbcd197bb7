import { readFileSync } from 'node:fs';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { z } from 'zod';

const reference = z.object({ $ref: z.string() });
export const schema = z.record(z.string(), z.unknown());
const content = z.object({ 'application/json': z.object({ schema }).optional() });
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema,
});
const operation = z.object({
  parameters: z.array(z.union([reference, parameter])),
  requestBody: z.object({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(z.string(), z.union([reference, z.object({ content: content.optional() })])),
});
const description = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  webhooks: z.record(z.string(), schema),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const options: Options = {
  strict: false,
  logger: false,
  validateSchema: false,
  inlineRefs: false,
  code: { optimize: false },
};

type Description = z.infer<typeof description>;
export type Operation = z.infer<typeof operation>;

/**
 * GitHub's own description of its API (`openapi.json`, see extract-openapi.mjs), as checks. One for a process: reading and
 * compiling it takes a second in all, and only what is used is compiled.
 */
class OpenApi {
  readonly doc: Description;
  readonly #answers: Ajv;
  /** Takes strings for numbers, as they stand in an address. */
  readonly #addresses: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    const text = readFileSync(new URL('openapi.json', import.meta.url), 'utf8');
    const parsed: unknown = JSON.parse(text);
    this.doc = description.parse(parsed);
    this.#answers = new Ajv(options);
    this.#addresses = new Ajv({ ...options, coerceTypes: true });
    for (const ajv of [this.#answers, this.#addresses]) {
      ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
      ajv.addFormat('uri', /^[a-z][a-z0-9+.-]*:\S+$/);
      ajv.addSchema(schema.parse(parsed), 'github');
    }
  }

  /** What is wrong with a value, by the schema that `key` is the name of; null: nothing. */
  fault(key: string, found: z.infer<typeof schema>, value: unknown, where = ''): string | null {
    const ajv = where === 'address' ? this.#addresses : this.#answers;
    const check = this.#compiled.get(key) ?? ajv.compile(absolute(found));
    this.#compiled.set(key, check);
    return check(value) ? null : ajv.errorsText(check.errors);
  }

  parameters(of: Operation): z.infer<typeof parameter>[] {
    return of.parameters.map((one) => parameter.parse(this.#resolve(one)));
  }

  response(of: Operation, status: number): z.infer<typeof schema> | null {
    const found = of.responses[String(status)];
    if (found === undefined) return null;
    const resolved = z.object({ content: content.optional() }).parse(this.#resolve(found));
    return resolved.content?.['application/json']?.schema ?? null;
  }

  #resolve(value: unknown): unknown {
    const found = reference.safeParse(value);
    if (!found.success) return value;
    const [, , kind = '', name = ''] = found.data.$ref.split('/');
    return this.doc.components[kind]?.[name];
  }
}

/** References within the document, made to name it. */
function absolute(value: z.infer<typeof schema>): z.infer<typeof schema> {
  const text = JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"github#/');
  return schema.parse(JSON.parse(text));
}

let openApi: OpenApi | null = null;
export const api = (): OpenApi => (openApi ??= new OpenApi());
