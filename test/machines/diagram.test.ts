import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../machines/fold.ts';
import { toMachineJson } from '../../src/replay/machine-json.ts';
import { toMermaid } from '../../src/replay/mermaid.ts';
import { allStates, insideOf, labelOf, statechart } from '../../src/replay/statechart.ts';
import { toSvg } from '../../src/replay/svg.ts';

const kinds = ['pull', 'branch'] as const;

describe.each(kinds)('the diagram of a %s', (kind) => {
  const states = allStates(statechart(kind)).filter((state) => state.path !== '');

  it('names every action and guard', () => {
    for (const state of states)
      for (const line of [...insideOf(state), ...state.transitions.map(labelOf)])
        expect(line).not.toMatch(/\?|undefined|\[object|function/);
  });

  it('shows every state and every transition in Mermaid, once', () => {
    const lines = toMermaid(kind).trimEnd().split('\n');
    expect(lines[0]).toBe('stateDiagram-v2');
    for (const state of states)
      expect(
        lines.filter((line) =>
          new RegExp(`^ *state "${state.name}" as ${state.path.replace('.', '_')}( \\{)?$`).test(
            line,
          ),
        ),
      ).toHaveLength(1);
    const drawn = lines.filter((line) => line.includes(' --> ') && !line.includes('[*]')).length;
    const noted = lines.filter(
      (line) => line.startsWith('        ') && !/state |\[\*\]/.test(line),
    );
    const all = [statechart(kind), ...states];
    const transitions = all.flatMap((state) => state.transitions).length;
    const inside = all.flatMap((state) => [state.entry, state.exit]);
    expect(drawn + noted.length).toBe(
      transitions + inside.filter((actions) => actions.length > 0).length,
    );
  });

  it('has every state as an element of its own in SVG', async () => {
    // Graphviz writes `-` as an entity, which a browser reads back.
    const svg = (await toSvg(kind)).replaceAll('&#45;', '-');
    const drawn = [...svg.matchAll(/ id="state-([^"]+)" class="[a-z]+ state"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(drawn.toSorted()).toEqual(states.map((state) => state.path).toSorted());
  });

  it('is as JSON what the editor imports: the whole configuration, nothing lost', () => {
    expect(JSON.parse(toMachineJson(kind))).toEqual(
      JSON.parse(JSON.stringify(machineOf(kind).config)),
    );
    expect(toMachineJson(kind)).not.toContain('xstate.');
  });
});

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

it.skipIf(!existsSync(readme))('the diagram in the README is today’s', () => {
  const blocks = [
    ...readFileSync(readme, 'utf8').matchAll(/```mermaid\n(stateDiagram-v2\n.*?)```/gs),
  ];
  const known = kinds.map(toMermaid);
  for (const [, block] of blocks) expect(known).toContain(block);
});
