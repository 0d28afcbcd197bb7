import { readlink } from 'node:fs/promises';
import { z } from 'zod';
import type { BuildError } from '../../../machines/build.ts';
import { derivationPath } from '../../../machines/store-path.ts';
import { PortError } from '../../ports/port-error.ts';
import { readDerivation } from '../store/derivation-file.ts';
import { expression } from './expression.ts';

/** The names of an attribute path: `checks.x86_64-linux`. @throws {PortError} `invalid` */
export function attributeNames(attribute: string): string[] {
  if (!/^[A-Za-z_][\w'-]*(\.[A-Za-z0-9_][\w'-]*)*$/.test(attribute)) {
    throw new PortError(
      'invalid',
      `"attribute": "${attribute}" names no flake output; write one like "typhonJobs" or "checks.x86_64-linux"`,
    );
  }
  return attribute.split('.');
}

export function evaluationCommand(
  url: string,
  attribute: readonly string[],
  root: string,
): string[] {
  const args = ['--argstr', 'url', url, '--argstr', 'attribute', JSON.stringify(attribute)];
  return [
    'nix-instantiate',
    '--option',
    'pure-eval',
    'true',
    '--add-root',
    root,
    ...args,
    '-E',
    expression,
  ];
}

const evaluated = z.union([
  z.object({ problem: z.literal('absent') }),
  z.object({ problem: z.literal('not-a-set'), type: z.string() }),
  z.object({
    jobs: z.array(
      z.object({ name: z.string(), drv: z.unknown().optional(), type: z.string().optional() }),
    ),
  }),
]);

export interface EvaluatedJob {
  readonly name: string;
  readonly drv: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export type Evaluated =
  | { readonly jobs: readonly EvaluatedJob[] }
  | { readonly jobs: null; readonly error: BuildError };

/** Reads what an evaluation left behind its root. */
export async function readEvaluation(root: string, attribute: string): Promise<Evaluated> {
  const { env } = await readDerivation(await readlink(root));
  const result = evaluated.parse(JSON.parse(env.get('result') ?? 'null'));
  if ('problem' in result) {
    return refused(
      result.problem === 'absent'
        ? `the flake has no output '${attribute}': add one, a set with a derivation for each job, or name another output as "attribute" in the configuration`
        : `${attribute} is ${article(result.type)}, not a set of jobs: make it a set with a derivation for each job`,
    );
  }
  const jobs: EvaluatedJob[] = [];
  for (const { name, drv, type } of result.jobs) {
    const path = derivationPath.safeParse(drv);
    if (!path.success) {
      return refused(
        `${attribute}.${JSON.stringify(name).slice(0, 200)} is ${article(type ?? 'no true derivation')}: every attribute of ${attribute} must be a derivation`,
      );
    }
    jobs.push({ name, drv: path.data, outputs: (await readDerivation(path.data)).outputs });
  }
  return { jobs };
}

function article(type: string): string {
  if (type === 'null' || type.startsWith('no ')) return type;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function refused(message: string): Evaluated {
  return { jobs: null, error: { kind: 'evaluation', message, paths: [] } };
}
