import { expect, test } from 'vitest';
import type { OverviewData } from '../../src/dashboard/overview/overview-data.ts';
import { shareSeededSite } from '../dashboard/seeded-site.ts';

const site = shareSeededSite();

async function overview(): Promise<OverviewData> {
  const data: OverviewData = await (await fetch(`${site().url}/api/overview`)).json();
  return data;
}

test('what the seeded weeks came to', async () => {
  const { days, builds, failures, jobs, saved, isCut, forges, since, until } = await overview();
  expect(days).toHaveLength(30);
  expect([days[0]?.day, days[29]?.day]).toEqual(['2025-01-01', '2025-01-30']);
  const sum = days.reduce((all, { success, failure, error }) => all + success + failure + error, 0);
  expect(sum).toBe(builds);
  const { db } = site().service.log;
  const told = await db
    .selectFrom('builds')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('verdict', 'is not', null)
    .where('asked_at', '>=', since)
    .where('asked_at', '<=', until)
    .executeTakeFirstOrThrow();
  expect(builds).toBe(told.count);
  expect(isCut).toBe(false);
  expect(Object.fromEntries(failures.map(({ cause, count }) => [cause, count]))).toMatchObject({
    evaluation: 1,
    timeout: 1,
    cancelled: 1,
    ci: 1,
    incremental: expect.any(Number),
    code: expect.any(Number),
  });
  expect(saved.jobs).toBe(jobs.warm + jobs.notBuilt);
  expect(saved.milliseconds).toBeGreaterThan(3_600_000);
  expect(forges).toEqual([
    {
      forge: 'github',
      budgets: [expect.objectContaining({ of: 'token', remaining: 4371 })],
      restsUntil: null,
    },
    { forge: 'here', budgets: null, restsUntil: null },
  ]);
});

test('a forge that told us to wait is told of, when the count is made anew', async () => {
  const { world, service } = site();
  const until = world.now() + 600_000;
  await service.log.db
    .insertInto('lanes')
    .values({ lane: 'forge:github', hold_until: until })
    .execute();
  expect((await overview()).forges[0]?.restsUntil).toBe(null);
  world.advance(20_000);
  expect((await overview()).forges[0]?.restsUntil).toBe(until);
});

test('of more builds than are looked at the newest are', async () => {
  const { world, service } = site();
  const at = world.now() - 1000;
  const { db } = service.log;
  const jobs = JSON.stringify([]);
  for (let part = 0; part < 41; part += 1)
    await db
      .insertInto('builds')
      .values(
        Array.from({ length: 500 }, (_, index) => ({
          stream: `here:many#${part}`,
          attempt: index + 1,
          commit: 'c',
          head: 'h',
          asked_at: at - part,
          verdict: 'success',
          jobs,
        })),
      )
      .execute();
  world.advance(20_000);
  const { isCut, builds, days } = await overview();
  expect(isCut).toBe(true);
  expect(builds).toBeLessThanOrEqual(20_000);
  expect(builds).toBeGreaterThan(19_000);
  expect(days[29]?.success).toBe(builds);
});
