import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { LogError } from '../log/log-error.ts';
import { PortError } from '../ports/port-error.ts';
import { CliError } from './cli-error.ts';
import { harmless } from './text.ts';

/** What a failed command ends with: one line for stderr (null: it has been said already), and an exit code. */
export interface Ending {
  readonly line: string | null;
  readonly exitCode: number;
}

export function explain(error: unknown): Ending {
  if (error instanceof CommanderError)
    // Commander has printed its message; help and version are no errors.
    return { line: null, exitCode: error.exitCode === 0 ? 0 : 2 };
  const isUsage =
    error instanceof ConfigError || (error instanceof CliError && error.code === 'usage');
  return { line: `orthrus: ${oneLine(messageOf(error))}`, exitCode: isUsage ? 2 : 1 };
}

function messageOf(error: unknown): string {
  if (error instanceof CliError || error instanceof ConfigError || error instanceof PortError)
    return error.message;
  if (error instanceof LogError) return withWayOut(error);
  // better-sqlite3 has no code for this one.
  if (error instanceof TypeError && error.message.startsWith('Cannot open database because'))
    return 'the folder that "database" names does not exist; make it, or name another';
  return systemMessage(error) ?? (error instanceof Error ? error.message : String(error));
}

function withWayOut(error: LogError): string {
  if (error.code === 'corrupt' && !error.message.includes(';'))
    return `${error.message}; restore a back-up, or name another database`;
  if (error.code === 'unavailable' && !error.message.includes(';'))
    return `${error.message}; see that its folder exists, is writable and has room`;
  return error.message;
}

/** The usual refusals of the operating system, in words. */
function systemMessage(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file';
  const address = 'address' in error ? String(error.address) : '';
  const port = 'port' in error ? String(error.port) : '';
  switch (error.code) {
    case 'EADDRINUSE':
      return `${address}:${port} is in use by another process; stop it, or give "listen" another port`;
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this machine; correct "listen.host"`;
    case 'ENOTFOUND':
      return `${'hostname' in error ? String(error.hostname) : 'the host'} is not known; correct "listen.host"`;
    case 'EACCES':
      return port === ''
        ? `${path} cannot be used by this user; give it the permission`
        : `this user may not listen at port ${port}; give "listen" one above 1023`;
    case 'ENOENT':
      return `${path} does not exist; correct its name, or make it`;
    case 'ENOTDIR':
      return `${path} is no folder; name another`;
    case 'EISDIR':
      return `${path} is a folder; name a file`;
    case 'EROFS':
    case 'EPERM':
      return `${path} cannot be written; give this user the permission, or name another`;
    case 'ENOSPC':
      return `there is no room left for ${path}; make some, and try again`;
    default:
      return null;
  }
}

function oneLine(text: string): string {
  return harmless(text.replace(/\s*\n\s*/g, ' ').trim());
}
