import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Laboratory } from './laboratory.ts';
import { runHere } from './run-here.ts';

const report = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean().nullable(), message: z.string() })),
});

let laboratory: Laboratory;
let directory: string;

beforeEach(() => {
  laboratory = new Laboratory({ listen: { port: 1 } });
  directory = join(laboratory.folder, 'root/owner/repo.git');
});

async function examined(): Promise<{ code: number; ok: boolean; of: (name: string) => string }> {
  const { code, out } = await runHere('doctor', '--json', '--config', laboratory.config);
  const { ok, checks } = report.parse(JSON.parse(out));
  const of = (name: string): string => {
    const found = checks.find((check) => check.name === name);
    return found === undefined
      ? 'nothing'
      : `${found.ok === null ? '-' : found.ok ? '✓' : '✗'} ${found.message}`;
  };
  return { code, ok, of };
}

describe('doctor', () => {
  it('finds a good house in order, and changes nothing in it', async () => {
    execFileSync('git', ['init', '--quiet', '--bare', directory]);
    const before = execFileSync('git', ['--git-dir', directory, 'config', '--list', '--local']);
    const { of } = await examined();
    expect(of('configuration')).toMatch(/^✓ .*1 repository$/);
    expect(of('operator token')).toMatch(
      /^- none; rebuild, approve, accept and reconcile need one/,
    );
    expect(of('database')).toMatch(/^✓ .*none yet; `orthrus serve` makes it$/);
    expect(of('state folder')).toMatch(/^✓ .*to be made$/);
    expect(of('git')).toMatch(/^✓ git version 2\./);
    expect(of('forge here')).toMatch(/^✓ /);
    expect(of('here:owner/repo')).toMatch(/^✓ /);
    expect(of('service')).toMatch(/^- does not run; start it with `orthrus serve`$/);
    expect(of('CI nix')).toMatch(/^[✓✗] \S/);
    expect(execFileSync('git', ['--git-dir', directory, 'config', '--list', '--local'])).toEqual(
      before,
    );
  });

  it('says what is wrong, and what to do', async () => {
    expect((await examined()).of('here:owner/repo')).toMatch(
      /^✗ .*repo\.git does not exist; make it with git init --bare/,
    );
    mkdirSync(directory, { recursive: true });
    execFileSync('git', ['init', '--quiet', directory]);
    const { code, ok, of } = await examined();
    expect([code, ok]).toEqual([1, false]);
    expect(of('here:owner/repo')).toMatch(/^✗ .*is not a bare repository; orthrus needs one made/);
  });

  it("gives the line to add to somebody else's hook", async () => {
    execFileSync('git', ['init', '--quiet', '--bare', directory]);
    const hook = join(directory, 'hooks/post-receive');
    mkdirSync(join(directory, 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho theirs\n');
    chmodSync(hook, 0o755);
    const told = (await examined()).of('here:owner/repo');
    expect(told).toMatch(/^✗ .*its post-receive hook is not ours;.* add as its second line: kept=/);
    writeFileSync(hook, `#!/bin/sh\n${told.slice(told.indexOf('kept='))}\necho theirs\n`);
    expect((await examined()).of('here:owner/repo')).toMatch(/^✓ /);
  });

  it('names a secret that is missing, a root that is not there, a database from the future', async () => {
    laboratory.configure({
      listen: { port: 1 },
      operatorToken: { env: 'ORTHRUS_NO_SUCH_TOKEN' },
      forges: { here: { kind: 'git', root: 'nowhere' } },
    });
    await laboratory.fill();
    await laboratory.write(async (db) => {
      const { sql } = await import('kysely');
      await sql`insert into kysely_migration values ('9999-later', '2099-01-01')`.execute(db);
    });
    const { of } = await examined();
    expect(of('operator token')).toMatch(/^✗ .*ORTHRUS_NO_SUCH_TOKEN is not set; set it$/);
    expect(of('forge here')).toMatch(/^✗ .*nowhere does not exist; make it, or correct "root"/);
    expect(of('database')).toMatch(/^✗ .*written by a newer orthrus/);
  });

  it('stops at a configuration that is none', async () => {
    laboratory.configure({ listne: {} });
    const { code, of } = await examined();
    expect(code).toBe(1);
    expect(of('configuration')).toMatch(/^✗ unknown key "listne"; did you mean "listen"\?$/);
    expect(of('git')).toBe('nothing');
  });
});
