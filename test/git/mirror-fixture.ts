import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Mirror, OverlayRequest } from '../../src/ports/mirror.ts';
import type { BareRepository } from './repository.ts';

export interface MirrorUnderTest {
  /** The repository as its server has it. */
  readonly bare: BareRepository;
  readonly mirror: Mirror;
  /** Where the mirror keeps its objects. */
  readonly directory: string;
  /** The arguments of every git process started so far. */
  readonly commands: readonly (readonly string[])[];
}

export interface OpenOptions {
  readonly networkTimeout?: number;
}

export type OpenMirrorUnderTest = (options?: OpenOptions) => Promise<MirrorUnderTest>;

export const files = { 'README.md': 'Hello\n', 'src/a.c': 'int a;\n' };
export const branch = 'orthrus/pr-12';
export const ref = `refs/heads/${branch}`;

export function overlay(head: string, more: Partial<OverlayRequest> = {}): OverlayRequest {
  return {
    head,
    parents: [head],
    files: [
      { path: 'cache.nix', content: 'null\n' },
      { path: 'commit.txt', content: `${head}\n` },
    ],
    message: 'Overlay [skip ci]\n\nOrthrus-Pull: here:r1#12\nOrthrus-Attempt: 1\n',
    date: 1_700_000_000_999,
    ...more,
  };
}

/** A pull request's head in the repository, and in the mirror. */
export async function withHead(
  open: OpenMirrorUnderTest,
  options?: OpenOptions,
): Promise<MirrorUnderTest & { head: string }> {
  const under = await open(options);
  const main = under.bare.commit('refs/heads/main', { files });
  const head = under.bare.commit('refs/pull/12/head', {
    parents: [main],
    files: { ...files, 'src/b.c': 'int b;\n' },
  });
  await under.mirror.fetch(head, 'refs/pull/12/head');
  return { ...under, head };
}

/** And an overlay of it on its branch. */
export async function withOverlay(
  open: OpenMirrorUnderTest,
  options?: OpenOptions,
): Promise<MirrorUnderTest & { head: string; tip: string }> {
  const under = await withHead(open, options);
  const tip = await under.mirror.compose(overlay(under.head));
  expect(await under.mirror.push(branch, tip, null)).toEqual({ outcome: 'pushed' });
  return { ...under, tip };
}

export function hook(bare: BareRepository, name: string, script: string): void {
  mkdirSync(join(bare.directory, 'hooks'), { recursive: true });
  const file = join(bare.directory, 'hooks', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
