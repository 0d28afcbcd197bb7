import { parseStreamName } from '../../machines/stream.ts';
import type { LogDatabase } from '../log/database.ts';
import { LogError } from '../log/log-error.ts';
import { checkEvent } from '../log/stored-event.ts';
import { upcast, versionOf } from '../log/upcast.ts';
import { CliError } from './cli-error.ts';
import { exportHeader, type ExportLine, exportLine, exportVersion } from '../log/export-line.ts';

/** Takes an export line by line, checks each, and stores it. What is wrong is said with the number of its line. */
export class Importer {
  readonly #db: LogDatabase;
  #line = 0;
  #announced = 0;
  #events = 0;
  readonly #versions = new Map<string, number>();

  constructor(db: LogDatabase) {
    this.#db = db;
  }

  get events(): number {
    return this.#events;
  }

  /** @throws {CliError} */
  async add(text: string): Promise<void> {
    this.#line += 1;
    if (this.#line === 1) this.#readHeader(text);
    else await this.#store(this.#parse(text));
  }

  /** @throws {CliError} if lines are missing */
  end(): void {
    if (this.#line === 0)
      throw new CliError('failed', 'the export is empty; export it again with `orthrus export`');
    if (this.#events !== this.#announced)
      throw new CliError(
        'failed',
        `the export holds ${this.#events} events, and its first line says ${this.#announced}; it was cut off, or added to: export it again`,
      );
  }

  #readHeader(text: string): void {
    const header = exportHeader.safeParse(this.#json(text));
    if (!header.success) throw this.#wrong('not the first line of an export of orthrus');
    if (header.data.version > exportVersion)
      throw this.#wrong('written by a newer orthrus; upgrade this one');
    this.#announced = header.data.events;
  }

  #parse(text: string): ExportLine {
    const parsed = exportLine.safeParse(this.#json(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw this.#wrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no event'}`);
    }
    return parsed.data;
  }

  async #store(line: ExportLine): Promise<void> {
    this.#check(line);
    try {
      await this.#db
        .insertInto('events')
        .values({
          stream: line.stream,
          version: line.version,
          type: line.type,
          data: JSON.stringify(line.data),
          meta: JSON.stringify(line.meta),
          state: line.state,
          machine_version: line.machineVersion,
          key: line.key,
          recorded_at: line.recordedAt,
        })
        .execute();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE')
        throw this.#wrong(`${line.stream} has an event with the key ${line.key} already`);
      throw error;
    }
    this.#events += 1;
  }

  #check(line: ExportLine): void {
    const name = parseStreamName(line.stream);
    if (name === null) throw this.#wrong(`"${line.stream}" is no stream's name`);
    const expected = (this.#versions.get(line.stream) ?? 0) + 1;
    if (line.version !== expected)
      throw this.#wrong(
        line.version < expected
          ? `${line.stream} has a version ${line.version} already`
          : `${line.stream} goes from version ${expected - 1} to ${line.version}; events are missing`,
      );
    this.#versions.set(line.stream, line.version);
    if (line.meta.v > versionOf(line.type))
      throw this.#wrong(`${line.type} was written by a newer orthrus; upgrade this one`);
    const { type, data } = upcast({ type: line.type, version: line.meta.v, data: line.data });
    try {
      checkEvent(name.subject.kind, { ...data, type });
    } catch (error) {
      if (error instanceof LogError) throw this.#wrong(error.message);
      throw error;
    }
  }

  #json(text: string): unknown {
    try {
      const value: unknown = JSON.parse(text);
      return value;
    } catch {
      throw this.#wrong('not JSON');
    }
  }

  #wrong(what: string): CliError {
    return new CliError('failed', `line ${this.#line}: ${what}; nothing was imported`);
  }
}
