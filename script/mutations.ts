import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { orRefuse, wholeNumber } from '../test/simulation/arguments.ts';
import { type Edit, type Mutation, mutations } from '../test/simulation/mutations.ts';

/** A check of the checker: every mutation of the product has to break a rule of the simulation within so many seeds. */
const [given = '2000', only = ''] = process.argv.slice(2);
const { seeds, chosen } = orRefuse('npm run mutations -- [SEEDS] [PART OF A NAME]', () => {
  const named = mutations.filter(({ name }) => name.includes(only));
  if (named.length === 0) throw new Error(`no mutation's name has ${only} in it`);
  return { seeds: wholeNumber('SEEDS', given, 1), chosen: named };
});
const root = new URL('..', import.meta.url).pathname;

/** What test/simulation/first-broken.ts prints; null: no seed broke a rule. */
const found = z.object({ seed: z.number(), rule: z.string(), what: z.string() }).nullable();

const missed: string[] = [];
const waiting = [...chosen];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const caught = await tryOut(next);
      if (!caught.isCaught) missed.push(next.name);
      console.log(`${caught.isCaught ? 'caught' : 'MISSED'}  ${next.name}: ${caught.how}`);
    }
  }),
);
console.log(`${chosen.length - missed.length} of ${chosen.length} mutations caught`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function tryOut(mutation: Mutation): Promise<{ isCaught: boolean; how: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-mutation-'));
  try {
    copyTo(folder);
    for (const edit of [mutation, ...(mutation.also ?? [])]) mutate(folder, edit);
    const told = found.parse(JSON.parse(await firstBroken(folder)));
    return told === null
      ? { isCaught: false, how: `no rule broken in ${seeds} seeds` }
      : { isCaught: true, how: `seed ${told.seed}, ${told.rule}: ${told.what}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The parts of the project that the simulation runs, in a folder of their own. */
function copyTo(folder: string): void {
  const files = execFileSync(
    'git',
    [
      'ls-files',
      '-co',
      '--exclude-standard',
      'machines',
      'migrations',
      'src',
      'test/simulation',
      'package.json',
      'tsconfig.json',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  for (const file of files.trim().split('\n'))
    cpSync(join(root, file), join(folder, file), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** @throws {Error} if the mutation does not fit the product any more: then it has to be written anew */
function mutate(folder: string, { file, find, replace }: Edit): void {
  const path = join(folder, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${find}`);
  writeFileSync(path, parts.join(replace));
}

function firstBroken(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/tsx/dist/cli.mjs'),
        'test/simulation/first-broken.ts',
        String(seeds),
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`the simulation itself failed: ${errors}`)),
    );
  });
}
