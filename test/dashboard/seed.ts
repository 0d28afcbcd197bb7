import type { LogDatabase } from '../../src/log/database.ts';
import { beginning, fillLog } from '../replay/fill-log.ts';
import type { LivedEvent } from '../replay/lives.ts';
import {
  chance,
  seededBranch,
  type SeededJob,
  seededLife,
  type SeededPull,
  type Standing,
} from './seeded-lives.ts';
import { seededNow } from './seeded-world.ts';

/** Names that would run if a page let them, or change how the rest of a line reads (F5). */
export const hostileTitle = `</script><script>alert('title')</script>"onmouseover="alert(1)`;
export const hostileAuthor = '<img src=x onerror=alert("author")>';
export const hostileJob = '"><svg onload=alert(`job`)>\u202etxt.exe';

interface SeededRepository {
  readonly forge: string;
  readonly repository: SeededPull['repository'];
  readonly jobs: readonly SeededJob[];
}

const compiler: SeededRepository = {
  forge: 'github',
  repository: { id: '4101', name: 'acme/compiler' },
  jobs: [
    ['compiler', 740],
    ['runtime', 320],
    ['tests', 510],
    ['docs', 95],
  ],
};
const website: SeededRepository = {
  forge: 'github',
  repository: { id: '4102', name: 'acme/website' },
  jobs: [
    ['site', 210],
    ['search-index', 380],
  ],
};
const fetcher: SeededRepository = {
  forge: 'here',
  repository: { id: 'tools/fetcher', name: 'tools/fetcher' },
  jobs: [
    ['fetcher', 160],
    ['fetcher-static', 240],
    [hostileJob, 30],
  ],
};

type Line = readonly [number, Standing, number, string, string];

/** The number, how it stands, how often it was pushed to, its title and its author; the newest change first. */
const ofCompiler: readonly Line[] = [
  [1487, 'building', 3, 'Parse string templates without going back', 'mira'],
  [1486, 'starting', 1, 'Say where an unused import is', 'tobias'],
  [1484, 'pushing', 2, 'Inline small closures', 'aiko'],
  [1483, 'red', 4, 'Let the lexer look ahead by two tokens', 'mira'],
  [1481, 'green', 2, 'Fold constants in match arms', 'jonas'],
  [1480, 'unapproved', 1, 'Fix a typo in the tutorial', 'first-timer'],
  [1478, 'not-evaluated', 2, 'Build with zlib-ng', 'priya'],
  [1477, 'green', 5, 'Keep spans through the whole of lowering', 'aiko'],
  [1475, 'healed', 3, 'Split the type checker into passes', 'jonas'],
  [1474, 'draft', 1, 'Try: a register allocator by linear scan', 'tobias'],
  [1472, 'merged', 3, 'Report all errors of a file, not only the first', 'mira'],
  [1471, 'overdue', 2, 'Bootstrap from the last release', 'priya'],
  [1469, 'merged', 2, 'Drop the old printer', 'aiko'],
  [1466, 'closed', 1, 'Rewrite it in another language', 'visitor'],
  [1465, 'merged', 4, 'Count the writes, and say how many there were', 'jonas'],
  [1462, 'merged', 2, 'Teach the parser what a trailing comma means', 'tobias'],
  [1460, 'merged', 6, 'Move the standard library out of the compiler', 'priya'],
  [1458, 'merged', 1, 'Bump the year', 'mira'],
];
const ofWebsite: readonly Line[] = [
  [312, 'reporting', 2, 'Show search results as one types', 'lena'],
  [311, 'green', 3, 'A dark theme', 'lena'],
  [310, 'cancelled', 1, 'Compress the pictures', 'samir'],
  [308, 'green', 1, 'Say who we are', 'samir'],
  [307, 'merged', 2, 'Make the menu work with a keyboard', 'lena'],
  [305, 'red', 2, 'Index the manual too', 'aiko'],
  [304, 'merged', 1, 'New address', 'samir'],
  [301, 'closed', 2, 'A cookie banner', 'visitor'],
  [299, 'merged', 3, 'Feeds for news and releases', 'lena'],
];
const ofFetcher: readonly Line[] = [
  [57, 'ci-failed', 1, 'Retry what a mirror has refused', 'noor'],
  [56, 'blocked', 1, 'Vendor the cache', 'noor'],
  [54, 'green', 4, 'Resume a download where it broke off', 'ivan'],
  [58, 'green', 2, hostileTitle, hostileAuthor],
  [52, 'merged', 2, 'Verify signatures before anything is unpacked', 'noor'],
  [49, 'merged', 3, 'Fetch by a hash of the contents', 'ivan'],
];

/** Fills a log. What changed last ends some seconds before `seededNow`; older lines lie further back. */
export async function seed(db: LogDatabase): Promise<void> {
  await seedPulls(db, compiler, ofCompiler, { first: 7, growth: 1.35 });
  await seedPulls(db, website, ofWebsite, { first: 23, growth: 2.1 });
  await seedPulls(db, fetcher, ofFetcher, { first: 41, growth: 2.7 });
  await seedUpdates(db);
  for (const { forge, repository, jobs } of [compiler, website, fetcher]) {
    const life = seededBranch(repository, 'main', jobs, 29);
    await fillLog(db, `${forge}:${repository.id}@main`, endingAt(life, seededNow - 4 * hour));
  }
  await giveTrouble(db);
}

const hour = 3_600_000;

async function seedPulls(
  db: LogDatabase,
  { forge, repository, jobs }: SeededRepository,
  lines: readonly Line[],
  { first, growth }: { readonly first: number; readonly growth: number },
): Promise<void> {
  let before = first * 1000;
  for (const [number, standing, pushes, title, author] of lines) {
    const life = seededLife({ repository, jobs, number, title, author, standing, pushes });
    const stream = `${forge}:${repository.id}#${number}`;
    await fillLog(db, stream, endingAt(life, seededNow - before));
    // What is under way has been so for no longer than a minute or so.
    before = underWay.has(standing)
      ? before * 2
      : before * growth + (20 + chance(number, 'between') * 90) * 60_000;
  }
}

/** What a robot asks for every weekday: other people's newer versions. */
async function seedUpdates(db: LogDatabase): Promise<void> {
  const { forge, repository, jobs } = compiler;
  for (let back = 1; back <= 27; back += 1) {
    const day = new Date(seededNow - back * 24 * hour);
    if (day.getUTCDay() === 0 || day.getUTCDay() === 6) continue;
    const number = 1456 - back;
    const life = seededLife({
      repository,
      jobs,
      number,
      title: `Update inputs (${day.toISOString().slice(0, 10)})`,
      author: 'update-bot',
      standing: 'merged',
      pushes: 1 + Math.floor(chance(number, 'pushes') * 3),
    });
    const end = day.getTime() + chance(number, 'hour') * 6 * hour;
    await fillLog(db, `${forge}:${repository.id}#${number}`, endingAt(life, end));
  }
}

const underWay: ReadonlySet<Standing> = new Set(['building', 'starting', 'pushing', 'reporting']);

/** The same life, so that its last event is then. */
function endingAt(life: readonly LivedEvent[], end: number): LivedEvent[] {
  const shift = end - beginning - (life.at(-1)?.at ?? 0);
  return life.map((event) => ({ ...event, at: event.at + shift }));
}

/** What goes wrong on the way: a git server that answers slowly, and a rate limit. All else that was asked for is done. */
async function giveTrouble(db: LogDatabase): Promise<void> {
  await db
    .updateTable('effects')
    .set({ done_at: seededNow, outcome: 'done', attempts: 1 })
    .where('done_at', 'is', null)
    .where('kind', '=', 'effect')
    .where('type', 'not in', ['overlay.push', 'status.publish', 'build.start'])
    .execute();
  await db
    .updateTable('effects')
    .set({ done_at: seededNow, outcome: 'done', attempts: 1 })
    .where('done_at', 'is', null)
    .where('type', '=', 'build.start')
    .where('stream', '!=', 'github:4101#1486')
    .execute();
  await db
    .updateTable('effects')
    .set({
      attempts: 2,
      last_error: 'the connection was reset by the other side',
      run_at: seededNow + 42_000,
    })
    .where('type', '=', 'overlay.push')
    .where('done_at', 'is', null)
    .execute();
  const waiting = await db
    .selectFrom('effects')
    .select('lane')
    .where('type', '=', 'status.publish')
    .where('stream', '=', 'github:4102#312')
    .where('done_at', 'is', null)
    .executeTakeFirst();
  if (waiting === undefined) throw new Error('nothing is reported that could wait');
  await db
    .insertInto('lanes')
    .values({ lane: waiting.lane, hold_until: seededNow + 17 * 60_000 })
    .execute();
}
