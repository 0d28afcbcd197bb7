import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { api, openSite, page } from './site.ts';

test('what is counted, by the names that dashboards use', async () => {
  const { story, get, head } = await openSite({ repository: { coldRetry: false } });
  const first = await story.build(1);
  story.ci.begin(first);
  story.ci.finish(first, built('hello', 'first'), built('idle', 'first', { built: false }));
  await story.until(1, 'idle');
  story.ci.faults.start.push(new PortError('unavailable', 'down'));
  story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  await story.until(1, 'building');
  await expect.poll(() => story.ci.builds.size).toBe(2);
  const second = await story.build(1);
  story.ci.begin(second);
  story.ci.finish(second, failed('hello'));
  await story.until(1, 'idle');
  await get(api);
  await get(page);
  await get('/nothing/here');

  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  const lines = text.split('\n');
  for (const line of [
    'orthrus_events_total{type="build.finished",handled="true"} 2',
    'orthrus_effects_total{type="build.start",outcome="retried"} 1',
    'orthrus_effects_total{type="build.start",outcome="done"} 1',
    'orthrus_effects_unfinished{kind="effect"} 0',
    'orthrus_effects_unfinished{kind="timer"} 0',
    'orthrus_effects_oldest_unfinished_seconds 0',
    'orthrus_builds_total{verdict="success",start="cold"} 1',
    'orthrus_builds_total{verdict="failure",start="warm"} 1',
    'orthrus_build_duration_seconds_count{verdict="success",start="cold"} 1',
    'orthrus_build_duration_seconds_count{verdict="failure",start="warm"} 1',
    'orthrus_jobs_total{state="success",built="yes"} 1',
    'orthrus_jobs_total{state="success",built="no"} 1',
    'orthrus_jobs_total{state="failure",built="yes"} 1',
    'orthrus_http_request_duration_seconds_count{method="GET",route="/api/pulls/:forge/:owner/:repo/:subject",status="200"} 1',
    'orthrus_http_request_duration_seconds_count{method="GET",route="/pulls/:forge/:owner/:repo/:subject",status="200"} 1',
    'orthrus_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
    'orthrus_stream_clients 0',
  ])
    expect(lines).toContain(line);
  expect(text).toContain('process_resident_memory_bytes');
});

test('the metrics are those that docs/metrics.md lists, by name and kind', async () => {
  const { get } = await openSite();
  const text = await (await get('/metrics')).text();
  const served = [...text.matchAll(/^# TYPE (orthrus_\w+) (\w+)$/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  const list = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const listed = [...list.matchAll(/^\| `(orthrus_\w+)` \| (\w+) \|/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  expect(listed.toSorted()).toEqual(served.toSorted());
});

test('C17 a job that failed from its cache and succeeded without it is counted', async () => {
  const { story, get, head } = await openSite();
  const counted = async (): Promise<string[]> =>
    (await (await get('/metrics')).text())
      .split('\n')
      .filter((line) => line.startsWith('orthrus_incremental_failures_total'));
  const first = await story.build(1);
  story.ci.begin(first);
  story.ci.finish(first, built('app', 'one'));
  await story.until(1, 'idle');
  story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const warm = await story.build(1);
  story.ci.begin(warm);
  story.ci.finish(warm, failed('app'));
  await story.untilSo('it is tried once more', () => story.ci.builds.size === 3);
  expect(await counted()).toEqual(['orthrus_incremental_failures_total 0']);
  const cold = await story.build(1);
  story.ci.begin(cold);
  story.ci.finish(cold, built('app', 'two'));
  await story.until(1, 'idle');
  await expect.poll(counted).toEqual(['orthrus_incremental_failures_total 1']);
});
