import { resolve } from 'node:path';
import { z } from 'zod';
import { instantiate, standIn } from './module-eval.ts';

/** Keys, and below them their own keys, the words they take, or null. */
export type Shape = { readonly [key: string]: Shape } | readonly string[] | null;

/** The keys of `services.orthrus.settings`. */
export function settingsShape(): unknown {
  return instantiate(`
    let
      inherit (import ${standIn}/module-system.nix) lib;
      ofType = type:
        if type ? options then builtins.mapAttrs (_: ofOption) type.options
        else if type ? inner then ofType type.inner
        else if type ? values then builtins.sort builtins.lessThan type.values
        else null;
      ofOption = option:
        if option._type or "" == "option" then ofType option.type
        else builtins.mapAttrs (_: ofOption) option;
    in ofType (import ${resolve(import.meta.dirname, '../../nix/module/settings.nix')} { inherit lib; })`);
}

const schemaNode = z.object({
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

/** The configuration's JSON Schema as the module has it: kinds in one set, and of secrets only files. */
export function schemaShape(schema: unknown): Shape {
  const node = schemaNode.safeParse(schema).data;
  if (node === undefined) return null;
  const variants = node.anyOf ?? node.oneOf;
  if (variants !== undefined) return variants.map(schemaShape).reduce(merge);
  if (node.enum !== undefined) return node.enum.toSorted();
  if (node.const !== undefined) return [node.const];
  if (node.items !== undefined) return schemaShape(node.items);
  if (node.properties === undefined) return schemaShape(node.additionalProperties);
  const { $schema: _, env: __, ...keys } = node.properties;
  return Object.fromEntries(Object.entries(keys).map(([key, inner]) => [key, schemaShape(inner)]));
}

function isWords(shape: Shape): shape is readonly string[] {
  return Array.isArray(shape);
}

function merge(one: Shape, other: Shape): Shape {
  if (one === null || other === null) return one ?? other;
  if (isWords(one) && isWords(other)) return [...one, ...other].toSorted();
  if (isWords(one) || isWords(other)) throw new Error('words and keys in one place');
  const [a, b] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  return Object.fromEntries(
    keys.map((key) => [key, merge(a.get(key) ?? null, b.get(key) ?? null)]),
  );
}
