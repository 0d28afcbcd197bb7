import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { parseConfig } from '../src/config.ts';
import { createApp } from '../src/http/app.ts';
import { listen } from '../src/http/listen.ts';
import { realWorld } from '../src/real-world.ts';
import { openService } from '../src/service.ts';
import { beginning } from '../test/replay/fill-log.ts';
import { makeLog } from './replay-log.ts';
import { type BenchResult, median } from './result.ts';

const rounds = 25;
const isMade = 5;

/** What a person waits for on the server with 10,000 pull requests. */
export async function bench(events = 580_000, open = 5000): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-dashboard-'));
  try {
    mkdirSync(join(folder, 'root'));
    await makeLog(join(folder, 'orthrus.db'), events, open);
    const config = parseConfig(
      {
        database: 'sqlite:orthrus.db',
        forges: { here: { kind: 'git', root: 'root' } },
        ci: { nix: { kind: 'nix' } },
        repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix' }],
      },
      folder,
    );
    // All of that log's builds were a moment ago.
    const world = { ...realWorld, now: () => beginning + 3_600_000 };
    const service = await openService(config, { world, logger: pino({ level: 'silent' }) });
    const { count } = await service.log.db
      .selectFrom('pulls')
      .select((row) => row.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    const http = createApp(service);
    const server = await listen(http.app, { host: '127.0.0.1', port: 0 });
    try {
      const results: BenchResult[] = [];
      const of = `${count.toLocaleString('en')} pulls`;
      for (const [name, path] of [
        [`the first page, ${of}`, '/'],
        ['a search in the list', '/api/list?q=parser+life7&show=open'],
        ['a filter by how builds began', '/api/list?cache=cold'],
        ['a row that changed', `/api/list?stream=${encodeURIComponent('here:r1#100001')}`],
      ] as const)
        results.push(told(name, await timesOf(server.url + path), path === '/' ? 100 : 200));
      const begun = performance.now();
      const delays = monitorEventLoopDelay({ resolution: 5 });
      delays.enable();
      await get(`${server.url}/api/overview`);
      const took = performance.now() - begun;
      delays.disable();
      results.push(told('the overview of 20,000 builds, counted anew', took, 3000));
      results.push(told('what else is asked waits for that at most', delays.max / 1e6, 200));
      return results;
    } finally {
      http.close();
      await server.close();
      await service.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timesOf(url: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds + isMade; round += 1) {
    const begun = performance.now();
    await get(url);
    // The first ones are compiled while they run.
    if (round >= isMade) times.push(performance.now() - begun);
  }
  return median(times);
}

async function get(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  await answer.arrayBuffer();
}

function told(name: string, milliseconds: number, most: number): BenchResult {
  return {
    name,
    value: Math.round(milliseconds * 10) / 10,
    unit: 'ms',
    ratio: null,
    against: null,
    goal: `<= ${most}`,
    ok: milliseconds <= most,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const result of await bench()) console.log(JSON.stringify(result));
