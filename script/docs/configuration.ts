import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

/** As much of a JSON Schema as the configuration's uses. */
const node = z.object({
  description: z.string().optional(),
  type: z.string().optional(),
  const: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.json().optional(),
  required: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), node]).optional();
  },
  get items() {
    return node.optional();
  },
  get anyOf() {
    return z.array(node).optional();
  },
  get oneOf() {
    return z.array(node).optional();
  },
});
type Node = z.infer<typeof node>;

const isSecret = ({ anyOf }: Node): boolean =>
  anyOf?.some(({ properties }) => properties?.['env'] !== undefined) === true;

/** docs/configuration.md: every key of the configuration file, from its schema. */
export function configurationPage(): string {
  return `# Configuration

One JSON file, \`orthrus.json\` unless \`--config FILE\` names another. \`orthrus config\` prints it with its defaults
filled in, \`orthrus config --schema\` its JSON Schema, \`orthrus doctor\` what is wrong with it. An unknown key is an error
that names the nearest known one. Relative paths are relative to the file's own folder.

A *duration* is a number and one of \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`: \`"30s"\`. A *secret* is never a literal, but
\`{"env": "NAME"}\` or \`{"file": "path"}\`.

${section('The file', '', node.parse(configSchema())).trim()}
`;
}

/** A table of an object's keys, then a section for every key that is an object itself. */
function section(title: string, path: string, of: Node): string {
  const entries = Object.entries(of.properties ?? {}).filter(([key]) => key !== '$schema');
  const required = new Set(of.required);
  const rows = entries.map(([key, value]) => {
    const otherwise = defaultText(value, required.has(key));
    return `| \`${key}\` | ${typeText(value)} | ${otherwise} | ${value.description ?? kindsText(value)} |`;
  });
  const heading = `## ${title}\n\n| key | is | default | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\n`;
  return heading + entries.map(([key, value]) => below(`${path}${key}`, value)).join('');
}

/** The sections of what a key holds, if it holds objects with keys of their own. */
function below(path: string, value: Node): string {
  if (isSecret(value)) return '';
  if (value.properties !== undefined) return section(`\`${path}\``, `${path}.`, value);
  if (value.items !== undefined) return below(`${path}[]`, value.items);
  if (typeof value.additionalProperties === 'object')
    return below(`${path}.NAME`, value.additionalProperties);
  return [...(value.anyOf ?? []), ...(value.oneOf ?? [])]
    .filter(({ properties }) => properties !== undefined)
    .map((one) => {
      const kind = one.properties?.['kind']?.const;
      return section(
        `\`${path}\`${kind === undefined ? '' : `, kind \`${kind}\``}`,
        `${path}.`,
        one,
      );
    })
    .join('');
}

function typeText(value: Node): string {
  if (value.const !== undefined) return code(value.const);
  if (value.enum !== undefined) return value.enum.map(code).join(' or ');
  if (isSecret(value)) return 'secret';
  const choices = value.anyOf ?? value.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' or ');
  if (value.items !== undefined) return `list of ${typeText(value.items)}s`;
  if (value.type === 'object') return 'object';
  const { minimum, maximum } = value;
  if (value.type === 'integer' && minimum !== undefined)
    return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
      ? `number from ${minimum}`
      : `number, ${minimum} to ${maximum}`;
  return value.type ?? 'anything';
}

function defaultText(value: Node, isRequired: boolean): string {
  if (value.default !== undefined)
    return value.type === 'object' ? 'see below' : code(JSON.stringify(value.default));
  return isRequired ? 'needed' : 'none';
}

/** For a key that needs no words because its values' kinds have them. */
function kindsText(value: Node): string {
  return typeof value.additionalProperties === 'object' ? 'By name, see below.' : 'See below.';
}

function code(text: string): string {
  return `\`${text}\``;
}
