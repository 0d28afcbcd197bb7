import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLog } from '../../src/log/database.ts';
import { fillLog } from '../replay/fill-log.ts';
import { pullLife } from '../replay/lives.ts';
import { Laboratory } from './laboratory.ts';
import { type Ran, runHere } from './run-here.ts';
import { freePort, serve } from './serving.ts';

const token = 'swordfish-0123456789';
let laboratory: Laboratory;
let port: number;
const run = (...args: string[]): Promise<Ran> => runHere(...args, '--config', laboratory.config);

beforeEach(async () => {
  process.env['ORTHRUS_TEST_TOKEN'] = token;
  laboratory = new Laboratory();
  await laboratory.fill();
  port = await freePort();
  const directory = join(laboratory.folder, 'root/owner/repo.git');
  mkdirSync(directory, { recursive: true });
  execFileSync('git', ['init', '--quiet', '--bare', directory]);
  execFileSync('git', ['--git-dir', directory, 'config', 'orthrus.id', 'r1']);
  laboratory.configure({
    listen: { port },
    operatorToken: { env: 'ORTHRUS_TEST_TOKEN' },
    // The log is as old as its first line says.
    retain: '36500d',
    repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix', branches: [] }],
  });
});

const states = z.array(
  z.object({ pull: z.string(), state: z.string(), held: z.string().nullable() }),
);

async function stateOf(pull: string): Promise<string> {
  const { out } = await run('pulls', '--all', '--json');
  const row = states.parse(JSON.parse(out)).find((of) => of.pull === pull);
  return row === undefined ? 'unknown' : row.held === null ? row.state : `held ${row.state}`;
}

async function until(pull: string, state: string): Promise<void> {
  await expect.poll(() => stateOf(pull), { timeout: 60_000, interval: 100 }).toBe(state);
}

describe('serve', () => {
  it('serves, beside readers, alone on its database, until it is told to stop', async () => {
    const service = await serve(laboratory.config);
    expect(service.url).toBe(`http://127.0.0.1:${port}`);
    // #13's ref is not there: it is closed, with whatever that takes.
    await until('here:owner/repo#13', 'closed');
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);

    // G3: a second one is refused, in this process as in another; so is another service at the same port.
    await expect(serve(laboratory.config)).rejects.toThrow(
      /serve ended with 1: orthrus: \S+orthrus\.db is in use by another orthrus process; stop it, or name another database\n$/,
    );
    expect(await run('replay', '--check')).toMatchObject({ code: 0 });
    const other = new Laboratory({ listen: { port } });
    const refused = await runHere('serve', '--config', other.config);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/^orthrus: 127\.0\.0\.1:\d+ is in use; stop what listens there/);

    // An operator's hand.
    expect((await run('reconcile')).out).toMatch(/^reconciled in /);
    expect(await run('rebuild', 'here:owner/repo#12', '--cold')).toEqual({
      code: 1,
      out: '',
      err: 'orthrus: here:owner/repo#12: nothing was done: closed\n',
    });
    expect((await run('approve', 'here:owner/repo#13', '--head', 'abc')).err).toMatch(/full sha/);
    expect((await run('accept', 'here:owner/repo#13')).err).toMatch(/nothing was done: not held/);
    expect((await run('rebuild', 'here:owner/repo#99')).err).toMatch(/nothing is known of/);
    process.env['ORTHRUS_TEST_TOKEN'] = 'another';
    expect((await run('reconcile')).err).toMatch(/the service has another operator token/);
    expect((await run('doctor')).out).toMatch(/✓ +service +ready at http/);

    expect(await service.end('SIGTERM')).toBe(0);
    const { out, err } = service.said();
    expect(out).toBe(`orthrus is listening at ${service.url}\n`);
    // F3
    expect(err).not.toContain(token);
    for (const line of err.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect((await run('doctor')).out).toMatch(/- +service +does not run/);
  });

  it('G4 holds the stream that another machine recorded, and that one only', async () => {
    await laboratory.write(async (db) => {
      await fillLog(db, 'here:r1#14', pullLife('c', 14).slice(0, 9));
      await db.updateTable('snapshots').set({ machine_version: 'before' }).execute();
      await db.updateTable('events').set({ machine_version: 'before' }).execute();
      const event = db.updateTable('events').set({ state: 'reporting' });
      await event.where('stream', '=', 'here:r1#13').where('version', '=', 13).execute();
    });
    const check = await run('replay', '--check');
    expect(check.code).toBe(1);
    expect(check.err).toMatch(
      /here:owner\/repo#13 differs at version 13 \(overlay\.pushed\): recorded reporting, replayed building;/,
    );

    const service = await serve(laboratory.config);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    // Both are gone from the forge. That is news of both, and acted on for one.
    await until('here:owner/repo#14', 'closed');
    await expect.poll(async () => (await run('log', 'here:owner/repo#13')).out).toMatch(/\[held\]/);
    expect(await stateOf('here:owner/repo#13')).toMatch(/^held /);
    expect(await unfinished('here:r1#13')).toBeGreaterThan(0);

    expect((await run('accept', 'here:owner/repo#13')).out).toMatch(/goes on \(version \d+/);
    await until('here:owner/repo#13', 'closed');
    expect(await run('replay', '--check')).toMatchObject({ code: 0 });
    expect(await service.end('SIGINT')).toBe(0);
  });
});

/** How many effects of a stream are still to be carried out. */
async function unfinished(stream: string): Promise<number> {
  const log = await readLog(laboratory.database);
  try {
    const rows = log.db.selectFrom('effects').select('id').where('stream', '=', stream);
    return (await rows.where('done_at', 'is', null).execute()).length;
  } finally {
    await log.close();
  }
}
