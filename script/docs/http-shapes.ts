import { z } from 'zod';

/** As much of a JSON Schema as the API's use. */
export const schema = z.object({
  description: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.json().optional(),
  enum: z.array(z.string()).optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schema).optional();
  },
  get items() {
    return schema.optional();
  },
  get anyOf() {
    return z.array(schema).optional();
  },
});
export type Schema = z.infer<typeof schema>;

/** A table of the fields, those of objects inside below them: `builds[].jobs[].name`. */
export function fieldsTable(of: Schema): string {
  const choices = choicesOf(of);
  if (choices.length > 1) return choices.map((one) => fieldsTable(one)).join('\n\nor\n\n');
  return `| field | is | |\n| --- | --- | --- |\n${rows(of, '').join('\n')}`;
}

function rows(of: Schema, before: string): string[] {
  const required = new Set(of.required);
  return Object.entries(of.properties ?? {}).flatMap(([name, value]) => {
    const path = `${before}${name}`;
    const optional = required.has(name) ? '' : ', optional';
    const row = `| \`${path}\` | ${typeText(value)}${optional} | ${value.description ?? ''} |`;
    return [row, ...inside(value, path)];
  });
}

function inside(of: Schema, path: string): string[] {
  if (of.items !== undefined) return inside(of.items, `${path}[]`);
  const [only, ...others] = choicesOf(of);
  if (only !== undefined && others.length === 0) return inside(only, path);
  return rows(of, `${path}.`);
}

/** What it may be besides null. */
function choicesOf(of: Schema): Schema[] {
  return (of.anyOf ?? []).filter(({ type }) => type !== 'null');
}

function typeText(of: Schema): string {
  if (of.const !== undefined) return `\`${JSON.stringify(of.const)}\``;
  if (of.enum !== undefined) return of.enum.map((one) => `\`${one}\``).join(' or ');
  if (of.anyOf !== undefined) return [...new Set(of.anyOf.map(typeText))].join(' or ');
  if (of.items !== undefined) return `list of ${typeText(of.items)}s`;
  const types = [of.type ?? 'anything'].flat();
  return types.map((type) => (type === 'integer' ? 'number' : type)).join(' or ');
}
