import { setImmediate } from 'node:timers/promises';
import type {
  ForgeLimits,
  OverviewData,
  OverviewDay,
} from '../dashboard/overview/overview-data.ts';
import { jobsOf } from '../log/build-jobs.ts';
import type { LogDatabase } from '../log/database.ts';
import { restingLanes } from '../log/standings.ts';
import type { Service } from '../service.ts';
import { CauseCount } from './overview-causes.ts';
import { SavedCount } from './overview-saved.ts';

const day = 86_400_000;
export const windowDays = 30;
/** So many builds are looked at, the newest: half a second of reading, in parts between which others are served. */
const mostBuilds = 20_000;
const partSize = 500;

/** What the last thirty days came to. Reads builds only, of which there are few beside events. */
export async function overviewData(service: Service): Promise<OverviewData> {
  const { db } = service.log;
  const until = service.engine.options.world.now();
  const firstDay = Math.floor(until / day) - windowDays + 1;
  const since = firstDay * day;
  const days = Array.from({ length: windowDays }, (_, index) => newDay(firstDay + index));
  const causes = new CauseCount();
  const saved = new SavedCount();
  let builds = 0;
  const { from, isCut } = await windowOf(db, since);
  for await (const row of buildsSince(db, from)) {
    if (row.verdict === null) continue;
    builds += 1;
    const jobs = jobsOf(row);
    const { stream, head, verdict, description } = row;
    causes.add({ stream, head, verdict, description: description ?? '', jobs });
    for (const job of jobs) saved.add(repositoryOf(stream), job);
    const of = days[Math.floor(row.asked_at / day) - firstDay];
    if (of !== undefined && isCounted(verdict)) of[verdict] += 1;
  }
  return {
    since,
    until,
    days,
    isCut,
    builds,
    jobs: saved.jobs,
    saved: saved.saved(),
    failures: causes.all(),
    forges: await forgeLimits(service, until),
  };
}

type CountedDay = { -readonly [Key in keyof OverviewDay]: OverviewDay[Key] };

function newDay(number: number): CountedDay {
  return {
    day: new Date(number * day).toISOString().slice(0, 10),
    success: 0,
    failure: 0,
    error: 0,
  };
}

function isCounted(verdict: string): verdict is 'success' | 'failure' | 'error' {
  return verdict === 'success' || verdict === 'failure' || verdict === 'error';
}

/** A stream less its pull request or branch: a repository, by the forge's id. */
function repositoryOf(stream: string): string {
  return stream.replace(/[#@].*$/s, '');
}

/** From when on builds are looked at. */
async function windowOf(db: LogDatabase, since: number): Promise<{ from: number; isCut: boolean }> {
  const cut = await db
    .selectFrom('builds')
    .select('asked_at')
    .where('asked_at', '>=', since)
    .orderBy('asked_at', 'desc')
    .offset(mostBuilds)
    .limit(1)
    .executeTakeFirst();
  return { from: cut === undefined ? since : cut.asked_at + 1, isCut: cut !== undefined };
}

/** In the order in which they were asked for; a part at a time, so that nobody waits for all of them. */
async function* buildsSince(db: LogDatabase, from: number) {
  const columns = [
    'stream',
    'attempt',
    'head',
    'asked_at',
    'verdict',
    'description',
    'jobs',
  ] as const;
  let last = { at: from, stream: '', attempt: 0 };
  for (;;) {
    const { at, stream, attempt } = last;
    const rows = await db
      .selectFrom('builds')
      .select(columns)
      .where('asked_at', '>=', at)
      .where((row) =>
        row.or([
          row('asked_at', '>', at),
          row('stream', '>', stream),
          row.and([row('stream', '=', stream), row('attempt', '>', attempt)]),
        ]),
      )
      .orderBy('asked_at')
      .orderBy('stream')
      .orderBy('attempt')
      .limit(partSize)
      .execute();
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < partSize) return;
    last = { at: end.asked_at, stream: end.stream, attempt: end.attempt };
    await setImmediate();
  }
}

async function forgeLimits(service: Service, now: number): Promise<ForgeLimits[]> {
  const resting = await restingLanes(service.log.db);
  return [...service.forges].map(([forge, adapter]) => {
    const until = resting.get(`forge:${forge}`) ?? 0;
    return {
      forge,
      budgets: adapter.budgets?.() ?? null,
      restsUntil: until > now ? until : null,
    };
  });
}
