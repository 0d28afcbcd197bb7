import { expect, test } from 'vitest';
import { overviewSvg } from '../../src/replay/overview-svg.ts';
import { allStates, statechart } from '../../src/replay/statechart.ts';

test.each(['pull', 'branch'] as const)(
  'the overview of a %s has each state and each way between two once',
  async (kind) => {
    const svg = await overviewSvg(kind);
    const idsOf = (what: string): string[] =>
      [...svg.matchAll(new RegExp(` id="${what}-([^"]+)"`, 'g'))].map(([, id = '']) => id);
    const states = allStates(statechart(kind)).filter(({ path }) => path !== '');
    expect(idsOf('state').toSorted()).toEqual(states.map(({ path }) => path).toSorted());
    const ways = idsOf('way');
    expect(new Set(ways).size).toBe(ways.length);
    expect(ways).toContain('reporting-idle');
    // What a state is left by stands behind its arrow, once each.
    const between = states.flatMap(({ transitions }) =>
      transitions.filter(({ to }) => to !== null),
    );
    const titles = [...svg.matchAll(/ id="way-[^"]+"[^>]*>\n<title>([^<]+)/g)].flatMap(
      ([, title = '']) => title.split('\n'),
    );
    expect(titles.length).toBeLessThanOrEqual(between.length);
    expect(titles).toContain('[isEverythingReported]');
    // It stands in pages that allow no style but the sheet's, and is coloured by that alone.
    expect(svg).toMatch(/^<svg /);
    expect(svg).not.toMatch(/ (style|fill|stroke|xlink:href|onclick)=|<script|<!--/);
  },
);
