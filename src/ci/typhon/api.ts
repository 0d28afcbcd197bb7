import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { PortError } from '../../ports/port-error.ts';
import { redacted } from '../../ports/secrets.ts';
import type { World } from '../../ports/world.ts';
import { evaluationInfo, type EvaluationInfo } from './evaluation-info.ts';
import { Http, type Answer } from './http.ts';

/** Milliseconds. Reads are quick; a webhook ends with a scan for GC roots, which takes a quarter of an hour now and then. */
const patience = { read: 30_000, webhook: 45 * 60_000 };

const found = z.object({
  total: z.number(),
  results: z.object({ Evaluations: z.array(z.string()) }),
});

/** The newest first, by whole seconds. `total` counts those on other pages too. */
export interface EvaluationPage {
  readonly total: number;
  readonly uuids: readonly string[];
}

export const pageSize = 20;

/** Typhon's routes, those that need no password. All can throw a {@link PortError} `unavailable` or `timeout`. */
export class TyphonApi {
  readonly http: Http;

  constructor(url: string, world: World) {
    this.http = new Http(url, world);
  }

  async evaluations(
    project: string,
    jobset: string | null,
    offset: number,
  ): Promise<EvaluationPage> {
    const path = '/api/search';
    const body = JSON.stringify({
      limit: pageSize,
      offset,
      type: 'evaluations',
      project_name: project,
      ...(jobset === null ? {} : { jobset_name: jobset }),
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await this.http.ask({
      method: 'POST',
      path,
      headers,
      body,
      patience: patience.read,
    });
    const { total, results } = read(path, answer, found);
    return { total, uuids: results.Evaluations };
  }

  /** Null: there is none, or none any more. */
  async evaluation(uuid: string): Promise<EvaluationInfo | null> {
    const path = `/api/evaluations/${encodeURIComponent(uuid)}`;
    const answer = await this.http.ask({ method: 'GET', path, patience: patience.read });
    return answer.status === 404 ? null : read(path, answer, evaluationInfo);
  }

  /** The end of a log, at most so many bytes; nothing where there is none. Of a task that runs it would not end. */
  async log(of: 'evaluations' | 'builds', uuid: string, last: number): Promise<string> {
    const path = `/api/${of}/${encodeURIComponent(uuid)}/log`;
    const answer = await this.http.ask({ method: 'GET', path, patience: patience.read, last });
    if (answer.status === 404) return '';
    if (answer.status !== 200) throw unexpected(path, answer);
    return answer.text;
  }

  /** Where a person reads a build's log. */
  logUrl(build: string): string {
    return `${this.http.shown}/api/builds/${encodeURIComponent(build)}/log`;
  }

  /** A line of JSON an event; it ends when Typhon does. */
  events(): Promise<IncomingMessage> {
    return this.http.listen('/api/events', patience.read);
  }

  /** Returns when all that the project's `webhook` action asked for is done. Any status is an answer. */
  webhook(
    project: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    within = patience.webhook,
  ): Promise<Answer> {
    const path = `/api/projects/${encodeURIComponent(project)}/webhook`;
    return this.http.ask({ method: 'POST', path, body, headers, patience: within, apart: true });
  }

  close(): void {
    this.http.close();
  }
}

function read<T>(path: string, answer: Answer, schema: z.ZodType<T>): T {
  if (answer.status !== 200) throw unexpected(path, answer);
  try {
    return schema.parse(JSON.parse(answer.text));
  } catch (cause) {
    throw new PortError('unavailable', `what came from ${path} is not what Typhon answers`, {
      cause,
    });
  }
}

function unexpected(path: string, { status, text }: Answer): PortError {
  return new PortError(
    'unavailable',
    `Typhon answered ${String(status)} to ${path}: ${redacted(text).slice(0, 200)}`,
  );
}
