import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LogDatabase, openLog } from '../../src/log/database.ts';
import { fillLog } from '../replay/fill-log.ts';
import { branchLife, pullLife } from '../replay/lives.ts';

/** The database that `fill` makes; made once. */
let filled: Buffer | null = null;

/** A folder with a configuration, and whatever a test puts beside it. It ends with the test. */
export class Laboratory {
  readonly folder = mkdtempSync(join(tmpdir(), 'orthrus-cli-'));
  readonly config = join(this.folder, 'orthrus.json');
  readonly database = join(this.folder, 'orthrus.db');

  constructor(changes: Record<string, unknown> = {}) {
    mkdirSync(join(this.folder, 'root'));
    this.configure(changes);
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  configure(changes: Record<string, unknown>): void {
    const standard = {
      forges: { here: { kind: 'git', root: 'root' } },
      ci: { nix: { kind: 'nix' } },
      repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix' }],
    };
    writeFileSync(this.config, JSON.stringify({ ...standard, ...changes }));
  }

  async write(change: (db: LogDatabase) => Promise<unknown>): Promise<void> {
    const log = await openLog(this.database, 'normal');
    try {
      await change(log.db);
    } finally {
      await log.close();
    }
  }

  /** One merged pull request, #12, an open one, #13, and main, as the service would have recorded them. */
  async fill(): Promise<void> {
    if (filled === null) {
      await this.write(async (db) => {
        await fillLog(db, 'here:r1@main', branchLife('main', 2));
        await fillLog(db, 'here:r1#12', pullLife('a', 12));
        await fillLog(db, 'here:r1#13', pullLife('b', 13).slice(0, 13));
      });
      filled = readFileSync(this.database);
    } else writeFileSync(this.database, filled);
  }
}
