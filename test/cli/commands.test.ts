import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { Laboratory } from './laboratory.ts';
import { runHere } from './run-here.ts';

let laboratory: Laboratory;
const run = (...args: string[]) => runHere(...args, '--config', laboratory.config);

beforeEach(async () => {
  laboratory = new Laboratory();
  await laboratory.fill();
});

const listed = z.array(
  z.object({ pull: z.string(), state: z.string(), verdict: z.string().nullable() }).loose(),
);

describe('pulls', () => {
  it('lists what is open, lined up, without colours where nobody looks', async () => {
    const { code, out, err } = await run('pulls');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const column = lines[0]?.indexOf('STATE') ?? -1;
    expect(lines.slice(1).map((line) => line.slice(column).split(' ')[0])).toEqual([
      'building',
      'idle',
    ]);
    expect(out).toContain('here:owner/repo#13');
    expect(out).not.toContain('\u001b');
  });

  it('lists closed ones with --all, as JSON with --json', async () => {
    const { out } = await run('pulls', '--all', '--json');
    expect(listed.parse(JSON.parse(out)).map(({ pull, state }) => [pull, state])).toEqual([
      ['here:owner/repo#12', 'closed'],
      ['here:owner/repo#13', 'building'],
      ['here:owner/repo@main', 'idle'],
    ]);
  });

  it('F5 lets no title move the cursor', async () => {
    const title = '\u001b[2J\u009b31mred\u202eder\nand more';
    await laboratory.write((db) => db.updateTable('pulls').set({ title }).execute());
    const { out } = await run('pulls');
    expect(out).toContain('\\u001b[2J\\u009b31mred\\u202eder and more');
    // oxlint-disable-next-line eslint/no-control-regex
    expect(out).not.toMatch(/[\u001b\u009b\u202e]/);
  });
});

describe('log', () => {
  it('tells the events, and which of them nothing took', async () => {
    const { code, out } = await run('log', 'here:owner/repo#12');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(62);
    expect(lines[1]).toMatch(/^ +1 .* pull\.observed +merging\.fetching +webhook +open, at/);
    expect(lines[10]).toMatch(/build\.started +idle +webhook +\[not handled\]/);
    expect(lines[58]).toMatch(/branch\.deleted +closed +effect +orthrus\/pr-12: deleted/);
    expect(lines[60]).toBe('nothing is waited for');
    expect(lines[61]).toMatch(/^accepts .*pull\.observed/);
  });

  it('has a stable shape as JSON', async () => {
    const { out } = await run('log', 'here:owner/repo#13', '--json');
    expect(JSON.parse(out)[2]).toEqual({
      stream: 'here:r1#13',
      version: 3,
      recordedAt: Date.UTC(2025, 0, 1) + 3702,
      type: 'overlay.pushed',
      data: { attempt: 1, head: expect.any(String), commit: expect.any(String) },
      state: 'building',
      handled: true,
      held: false,
      source: 'effect',
      key: expect.stringMatching(/^here:r1#13\/2\.\d:1$/),
      machineVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  it('takes a branch, and the forge’s own id of a repository', async () => {
    expect((await run('log', 'here:owner/repo@main')).out).toContain('branch.observed');
    expect((await run('log', 'here:r1#12')).code).toBe(0);
  });
});

describe('replay', () => {
  it('shows each event: the state, what changed, what was asked for and what became of it', async () => {
    const { code, out } = await run('replay', 'here:owner/repo#12', '--to', '3');
    expect(code).toBe(0);
    expect(out).toMatch(/^ +1 {2}pull\.observed → merging\.fetching/);
    expect(out).toMatch(/ attempt: 0 → 1\n/);
    expect(out).toMatch(/→ head\.fetch \{.* {2}done after/);
    expect(out).toMatch(/→ build\.start \{"commit":/);
    expect(out.trimEnd()).toMatch(/after version 3: building$/);
  });

  it('shows only what is asked for', async () => {
    const { out } = await run(
      'replay',
      'here:owner/repo#12',
      '--from',
      '12',
      '--event',
      'build.finished',
      '--json',
    );
    const told = z
      .object({ state: z.string(), version: z.number(), steps: z.array(z.looseObject({})) })
      .loose()
      .parse(JSON.parse(out));
    expect(told).toMatchObject({ pull: 'here:owner/repo#12', state: 'closed', version: 58 });
    expect(told.steps.map((step) => step['version'])).toEqual([17, 33, 44, 53]);
  });

  it('checks every stream, and names the first difference', async () => {
    const fine = await run('replay', '--check');
    expect(fine.code).toBe(0);
    expect(fine.out).toMatch(/^83 events of 3 streams replayed in .*: all as recorded\n$/);
    await laboratory.write((db) =>
      db
        .updateTable('events')
        .set({ state: 'idle' })
        .where('stream', '=', 'here:r1#13')
        .where('version', 'in', [7, 9])
        .execute(),
    );
    const { code, out, err } = await run('replay', '--check');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'orthrus: here:owner/repo#13 differs at version 7 (build.finished): recorded idle, replayed caching; serve holds such a stream until `orthrus accept here:owner/repo#13` lets it go on\n',
    );
    const json = await run('replay', '--check', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      events: 83,
      streams: 3,
      differing: 1,
      first: { pull: 'here:owner/repo#13', version: 7, recorded: 'idle', replayed: 'caching' },
    });
  });
});

describe('machine and config', () => {
  it('print the statechart and the schema without a log', async () => {
    const mermaid = await runHere('machine', '--format', 'mermaid', '--machine', 'branch');
    expect(mermaid.out).toMatch(/^stateDiagram-v2\n/);
    expect(JSON.parse((await run('machine', '--format', 'json')).out)).toMatchObject({
      id: 'pull-request',
      initial: 'idle',
    });
    expect(JSON.parse((await run('config', '--schema')).out)).toEqual(configSchema());
    expect((await run('config')).out).toContain('is valid');
  });
});
