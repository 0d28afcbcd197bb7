import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Whether another process has the log open for writing (G3). Looks, and changes nothing. */
export function isInUse(file: string): boolean {
  const beside = `${file}-writer`;
  if (!existsSync(beside)) return false;
  let lock: Database.Database | null = null;
  try {
    lock = new Database(beside, { timeout: 0, readonly: true });
    // A reader's lock is enough to meet the writer's exclusive one.
    lock.exec('BEGIN; SELECT count(*) FROM sqlite_master; ROLLBACK');
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
  } finally {
    lock?.close();
  }
}
