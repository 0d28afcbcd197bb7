import { mutations } from '../../test/simulation/mutations.ts';
import { rules } from '../../test/simulation/rules/all.ts';

const opening = `# The simulated world

Examples show that a caveat is handled; they cannot show that no order of events, no fault and no crash breaks anything. So the
machines, the log, the engine and the effects run as they are in a world made of models: a forge whose webhooks are
lost, doubled, late and out of order, and whose API fails before or after it has acted, limits, forbids and tells of the past; a
git server; a CI that builds, fails, falls silent, cancels, forgets and tells things twice, with a store whose paths get
collected; people who push, force-push, close, approve and touch what is not theirs; a clock that jumps; and a process
that dies between any two steps and starts again over its database. One seed decides everything, and the same seed gives the same event
log, byte for byte.

\`\`\`sh
npm run simulate -- --seeds 10000   # all cores; what breaks a rule is shrunk to a story, and told
npm run simulate -- --seed 17       # one seed, told as a story
npm run mutations                   # does the simulation find what is wrong? Each mutation breaks a rule, or is named
\`\`\`

What once broke a rule is kept as a plan in [test/simulation/found](../test/simulation/found), and run ever after; how it is all put
together is told in [test/simulation](../test/simulation/README.md). The real process, with real files and a real git, is killed
at every step as well: [test/crash](../test/crash).
`;

/** What the simulation holds the product to: the rules by name, and the defects that it is shown to find. */
export function simulationPage(): string {
  const lines = rules.map(({ name, sentence }) => `| ${name} | ${sentence} |`);
  const defects = mutations.map(({ name }) => `- ${name}`);
  return `${opening}
## The rules

They are checked with every step, and once the world has come to rest. Besides: every run must come to rest within a day after the
last trouble has ended, and nothing may be recorded after that but looks at what a person has to mend.

| rule | says |
| --- | --- |
${lines.join('\n')}

## The defects that it finds

Each of these is one place of the product (two, where it defends itself twice), changed as somebody could have written it. \`npm run mutations\` makes it, and
runs seeds until a rule is broken.

${defects.join('\n')}
`;
}
