import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findProofs, rowIds, type Proof } from '../script/docs/caveats.ts';

/** A row that concerns a forge or a CI is run for each of them. Whether a test is run for both forges, its name ends in. */
const isForBoth = ({ name }: Proof): boolean => /[( ;]%s\)/.test(name);
const isBelow = ({ file }: Proof, ...folders: string[]): boolean =>
  folders.some((folder) => file.startsWith(`test/${folder}/`));

/** What a row can be run for, and where its proofs are then. */
const sides = {
  /** A plain git server, with this machine's Nix or a CI that does what the test says. */
  git: (proof: Proof) => isBelow(proof, 'scenarios', 'forges/git'),
  github: (proof: Proof) =>
    isBelow(proof, 'github', 'typhon', 'generic') ||
    (isBelow(proof, 'scenarios') && isForBoth(proof)),
  typhon: (proof: Proof) => isBelow(proof, 'typhon', 'ci/typhon'),
  generic: (proof: Proof) => isBelow(proof, 'generic', 'ci/generic'),
} satisfies Record<string, (proof: Proof) => boolean>;
type Side = keyof typeof sides;

/** The rows that concern a CI; C19 is the machine's own counting. A, B, D, E and F concern the forge, but for E8. */
const ofCis = ['A4', 'B1', 'B2', 'B4', 'B9', 'E1', 'E8', ...range('C', 18)];
const notOfForges = ['E8', ...range('C', 19)];

/** Why a row is not run for a side. */
const reasons: Readonly<Record<string, Partial<Record<Side, string>>>> = {
  B6: { git: 'a git server has no drafts' },
  B9: { generic: 'it is the forge that is asked' },
  B11: { git: 'a git server has no merge queue' },
  C6: { generic: 'its store is out of reach: no path is known to be gone' },
  C7: { generic: 'the verdict stands until the next end: "what comes after the silence"' },
  C15: { typhon: 'a clean build is one like any other to the CI', generic: 'as Typhon' },
  C16: { generic: 'what is built is its own affair' },
  C17: { generic: 'to the CI the second try is one more commit: C10' },
  C18: { generic: 'reasons are kept with the overlay, whatever the CI' },
  D2: { git: 'its hook says nothing that could be out of order' },
  D3: { git: 'reconciling is all there is: every scenario' },
  D4: { git: 'its refs are the API' },
  E1: { generic: 'nothing is asked of it' },
  E2: { git: 'it has no limits' },
  E3: { git: 'it has no tokens' },
  E4: { git: 'statuses are notes, which nothing refuses' },
  E8: { generic: 'nothing is asked of it' },
  F1: { git: 'whoever may push is trusted' },
  F2: { git: 'whoever may push is trusted' },
  F3: { git: 'it has no secrets' },
  F6: { git: 'it runs nothing' },
};

function range(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

interface Cell {
  readonly row: string;
  readonly side: Side;
}

function sidesOf(row: string): Side[] {
  return [
    ...(notOfForges.includes(row) ? [] : (['git', 'github'] as const)),
    ...(ofCis.includes(row) ? (['typhon', 'generic'] as const) : []),
  ];
}

test('a row that concerns a forge or a CI is run for each of them, or there is a reason', () => {
  const page = readFileSync(new URL('../docs/caveats.md', import.meta.url), 'utf8');
  const proofs = findProofs();
  const isProven = (row: string, side: Side): boolean =>
    proofs.some((proof) => proof.id === row && sides[side](proof));
  const concerned = rowIds(page)
    .filter((row) => /^[A-F]/.test(row))
    .flatMap((row) => sidesOf(row).map((side) => ({ row, side })));
  const isExcused = ({ row, side }: Cell): boolean => reasons[row]?.[side] !== undefined;
  const name = ({ row, side }: Cell): string => `${row} ${side}`;
  const [shown, missing] = [true, false].map((is) =>
    concerned.filter(({ row, side }) => isProven(row, side) === is),
  );
  expect(missing?.filter((cell) => !isExcused(cell)).map(name)).toEqual([]);
  // No reason is given for what is shown after all.
  expect(shown?.filter(isExcused).map(name)).toEqual([]);
});
