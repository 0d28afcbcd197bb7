import { beforeAll, expect, test } from 'vitest';
import { shareBrowser } from '../../doubles/browser.ts';
import { multiply } from '../multiply.ts';
import { shareSeededSite } from '../seeded-site.ts';
import type { ListData } from '../../../src/dashboard/list/list-data.ts';
import { sorts } from '../../../src/dashboard/list/list-query.ts';

const browser = shareBrowser();
const site = shareSeededSite();

/** 52 pull requests and three branches are there; 200 of each pull request more are 10,455 rows. */
beforeAll(() => multiply(site().service.log.db, 200));

async function list(query: string): Promise<ListData> {
  const answer = await fetch(`${site().url}/api/list${query}`);
  expect(answer.status).toBe(200);
  const data: ListData = await answer.json();
  return data;
}

/** Of acme/website nine pull requests, 201 times each, and its branch. */
const ofWebsite = 9 * 201 + 1;

test.each(sorts)('page by page all are shown, each once, sorted by %s', async (sort) => {
  const seen: string[] = [];
  const order: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const page: ListData = await list(`?q=website&sort=${sort}&after=${encodeURIComponent(after)}`);
    expect(page.rows.length).toBe(page.next === null ? ofWebsite % 100 : 100);
    for (const row of page.rows) {
      seen.push(row.stream);
      order.push(`${row.state === 'closed' ? 1 : 0} ${1e15 - row.updatedAt}`);
    }
    after = page.next;
  }
  expect(seen).toHaveLength(ofWebsite);
  expect(new Set(seen).size).toBe(ofWebsite);
  if (sort === 'changed') expect(order).toEqual(order.toSorted());
});

test('what is counted is what is found', async () => {
  const { counts } = await list('');
  expect(counts.all).toBe(10_455);
  expect(counts.open + counts.closed).toBe(counts.all);
  const failing = await list('?show=failing&q=compiler&cache=cold');
  const warm = await list('?show=failing&q=compiler&cache=warm');
  const either = await list('?show=failing&q=compiler');
  // Whose evaluation failed has no jobs that could have been either.
  const neither = (await list('?show=failing&q=compiler zlib-ng')).counts.failing;
  expect(failing.counts.failing + warm.counts.failing + neither).toBeLessThanOrEqual(
    either.counts.failing,
  );
  expect(failing.counts.failing).toBeGreaterThan(0);
});

test.each([
  ['1483', 'github:acme/compiler#1483', 1],
  ['#1483', 'github:acme/compiler#1483', 1],
  ['LEXER mira', 'github:acme/compiler#1483', 201],
  ['@main tools', 'here:tools/fetcher@main', 1],
  ['100% %', null, 0],
  ['_________________________________________________________', null, 0],
  [`'; drop table pulls; --`, null, 0],
])('%s finds %s, among %i', async (words, name, count) => {
  const { rows, counts } = await list(`?q=${encodeURIComponent(words)}`);
  expect(counts.all).toBe(count);
  expect(rows[0]?.name ?? null).toBe(name);
});

test('the beginning of a sha finds its head', async () => {
  const { rows } = await list('?q=1483');
  const head = rows[0]?.head ?? '';
  const found = await list(`?q=${head.slice(0, 9)}`);
  expect(found.rows.map((row) => row.head)).toContain(head);
  expect(found.counts.all).toBe(201);
});

test('with 10,000 of them a person finds one by typing, and turns pages', async () => {
  const { page, errors } = await browser().openPage(`${site().url}/`);
  const rows = page.locator('.rows tbody tr');
  expect(await rows.count()).toBe(100);
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.waitForURL(/after=/);
  expect(await rows.count()).toBe(100);
  await page.getByRole('searchbox').fill('1481 constants');
  await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(1);
  expect(await rows.first().textContent()).toContain('Fold constants in match arms');
  expect(errors).toEqual([]);
});
