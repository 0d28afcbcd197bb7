import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type AnyStateMachine, initialTransition, transition } from 'xstate';
import { z } from 'zod';
import { makeLog } from './replay-log.ts';
import { type BenchResult, median } from './result.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What a user runs: compiled. */
const cli = join(root, 'dist/src/cli/main.js');
const starts = 3;
const openPulls = 20;

/** A log of many events: how fast it is replayed, against XState's own `transition()`, and how soon served. */
export async function bench(events = 1_000_000): Promise<BenchResult[]> {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-replay-'));
  try {
    const config = await configure(folder);
    const made = await makeLog(join(folder, 'orthrus.db'), events, openPulls);
    const core = await perEvent(join(folder, 'orthrus.db'));
    const checked = await runCheck(config);
    const served: Served[] = [];
    for (let n = 0; n < starts; n += 1) served.push(await serve(config));
    return [...told(made, core, checked), ...servedResults(served)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function told(
  made: number,
  core: { readonly check: number; readonly plain: number },
  checked: Checked,
): BenchResult[] {
  const rate = (checked.events * 1000) / checked.milliseconds;
  const ratio = core.plain / core.check;
  return [
    {
      name: 'replay of an event, on one core',
      value: round2(core.check),
      unit: 'µs',
      ratio: round2(ratio),
      against: `the same by plain transition() (${round2(core.plain)} µs)`,
      goal: '>= 2 times the rate',
      ok: ratio >= 2,
    },
    {
      name: `replay --check over ${made.toLocaleString('en')} events`,
      value: Math.round(rate),
      unit: 'events/s',
      ratio: null,
      against: null,
      goal: `all ${availableParallelism()} cores`,
      ok: checked.cores === availableParallelism(),
    },
    {
      name: 'memory of replay --check',
      value: checked.megabytes,
      unit: 'MB',
      ratio: null,
      against: null,
      goal: '<= 400',
      ok: checked.megabytes <= 400,
    },
  ];
}

function servedResults(served: readonly Served[]): BenchResult[] {
  const milliseconds = median(served.map((one) => one.milliseconds));
  const megabytes = Math.max(...served.map((one) => one.megabytes));
  return [
    {
      name: 'serve over that log, until it is ready',
      value: Math.round(milliseconds),
      unit: 'ms',
      ratio: null,
      against: null,
      goal: '<= 2000',
      ok: milliseconds <= 2000,
    },
    {
      name: 'memory of serve over that log',
      value: megabytes,
      unit: 'MB',
      ratio: null,
      against: null,
      goal: '<= 200',
      ok: megabytes <= 200,
    },
  ];
}

/** What of the program is measured here, compiled as a user has it. */
interface Compiled {
  readonly fold: typeof import('../machines/fold.ts');
  readonly database: typeof import('../src/log/database.ts');
  readonly pages: typeof import('../src/log/event-pages.ts');
  readonly stored: typeof import('../src/log/stored-event.ts');
  readonly range: typeof import('../src/replay/check-range.ts');
}

async function compiled(): Promise<Compiled> {
  const load = (path: string) => import(pathToFileURL(join(root, 'dist', path)).href);
  return {
    fold: await load('machines/fold.js'),
    database: await load('src/log/database.js'),
    pages: await load('src/log/event-pages.js'),
    stored: await load('src/log/stored-event.js'),
    range: await load('src/replay/check-range.js'),
  };
}

/**
 * One core's work: the same parts of the log read, parsed and folded, by the check and by XState's own `transition`.
 * In turns, and in time on the processor, so that whatever else the machine does falls on neither.
 * @returns microseconds an event
 */
async function perEvent(file: string): Promise<{ check: number; plain: number }> {
  const program = await compiled();
  const { database, pages, range } = program;
  const log = await database.readLog(file);
  try {
    const folds = range.makeFolds();
    const times: { check: number[]; plain: number[] } = { check: [], plain: [] };
    let round = 0;
    for await (const part of pages.streamRanges(log.db, 5000)) {
      const ours = await timed(async () => (await range.checkRange(log.db, part, folds)).events);
      const plain = await timed(() => foldPlainly(program, log.db, part));
      round += 1;
      // The first rounds are compiled while they run.
      if (round > 6) {
        times.check.push(ours);
        times.plain.push(plain);
      }
      if (round === 40) break;
    }
    return { check: median(times.check), plain: median(times.plain) };
  } finally {
    await log.close();
  }
}

async function timed(work: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const events = await work();
  return process.cpuUsage(before).user / events;
}

async function foldPlainly(
  { fold, pages, stored }: Compiled,
  db: Parameters<Compiled['pages']['eventPages']>[0],
  part: { readonly from: string; readonly to: string },
): Promise<number> {
  const machines = { pull: fold.machineOf('pull'), branch: fold.machineOf('branch') };
  let events = 0;
  let machine: AnyStateMachine = machines.pull;
  let [snapshot] = initialTransition(machine);
  for await (const page of pages.eventPages(db, part)) {
    for (const row of page) {
      if (row.version === 1) {
        machine = row.stream.includes('#') ? machines.pull : machines.branch;
        [snapshot] = initialTransition(machine);
      }
      const event = { ...stored.dataOf(row), at: row.recorded_at };
      [snapshot] = transition(machine, snapshot, event);
      if (fold.stateText(snapshot.value) !== row.state)
        throw new Error(`${row.stream} ${row.version} is ${row.state}`);
    }
    events += page.length;
  }
  return events;
}

const checkReport = z.object({
  ok: z.literal(true),
  events: z.number(),
  milliseconds: z.number(),
  cores: z.number(),
});
type Checked = z.infer<typeof checkReport> & { readonly megabytes: number };

async function runCheck(config: string): Promise<Checked> {
  const child = start('replay', '--check', '--json', '--config', config);
  const memory = watchMemory(child);
  let out = '';
  child.stdout?.on('data', (data) => (out += String(data)));
  await ended(child);
  return { ...checkReport.parse(JSON.parse(out)), megabytes: memory() };
}

interface Served {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** From the start of the process until `/readyz` says yes; and its memory once it has reconciled. */
async function serve(config: string): Promise<Served> {
  const { listen } = z
    .object({ listen: z.object({ port: z.number() }) })
    .parse(JSON.parse(readFileSync(config, 'utf8')));
  const begun = performance.now();
  const child = start('serve', '--config', config);
  const memory = watchMemory(child);
  try {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${listen.port}/readyz`).catch(() => null);
      if (response?.ok === true) break;
      if (child.exitCode !== null) throw new Error(`serve ended with code ${child.exitCode}`);
      await pause(10);
    }
    const milliseconds = performance.now() - begun;
    await pause(3000);
    return { milliseconds, megabytes: memory() };
  } finally {
    child.kill('SIGTERM');
    await ended(child).catch(() => {});
  }
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`orthrus ended with code ${code}`)),
    );
  });
}

/** The most memory that a process had resident, in MB. */
function watchMemory(child: ChildProcess): () => number {
  let most = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 50);
  child.once('exit', () => clearInterval(timer));
  return () => {
    look();
    return Math.round(most / 1024);
  };
}

async function configure(folder: string): Promise<string> {
  const repository = join(folder, 'root/owner/repo.git');
  mkdirSync(repository, { recursive: true });
  execFileSync('git', ['init', '--quiet', '--bare', repository]);
  execFileSync('git', ['--git-dir', repository, 'config', 'orthrus.id', 'r1']);
  const file = join(folder, 'orthrus.json');
  writeFileSync(
    file,
    JSON.stringify({
      listen: { port: await freePort() },
      forges: { here: { kind: 'git', root: 'root' } },
      ci: { nix: { kind: 'nix' } },
      repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix' }],
    }),
  );
  return file;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const result of await bench(Number(process.argv[2] ?? 1_000_000)))
    console.log(JSON.stringify(result));
}
