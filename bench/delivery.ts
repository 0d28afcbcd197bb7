import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { parseConfig } from '../src/config.ts';
import { observePull } from '../src/engine/observe.ts';
import type { Place } from '../src/engine/place.ts';
import type { Forge } from '../src/ports/forge.ts';
import type { Mirror } from '../src/ports/mirror.ts';
import { realWorld } from '../src/real-world.ts';
import { adapters, openService } from '../src/service.ts';
import { Repository } from '../test/doubles/repository.ts';
import { ScriptedCi } from '../test/doubles/scripted-ci.ts';
import { wrapped } from '../test/doubles/wrapped.ts';
import { type BenchResult, median } from './result.ts';

const rounds = 60;

/** Counts the milliseconds that are spent inside a port. */
class Meter {
  spent = 0;

  /** @param work is begun inside, for starting a process is the port's share too */
  async inside<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.spent += performance.now() - begun;
    }
  }
}

/**
 * From a delivery to the CI's being asked for the build: the whole of it, less what git took. The pull request has a
 * head of its own each round; the log is on disk, with FULL.
 */
export async function bench(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'orthrus-bench-'));
  try {
    const repository = new Repository(join(root, 'root'), 'o/r');
    const base = repository.commit(null, { 'a.c': 'one' });
    repository.push('refs/heads/main', base);
    const config = parseConfig(
      {
        forges: { here: { kind: 'git', root: 'root' } },
        ci: { nix: { kind: 'nix' } },
        repositories: [{ forge: 'here', name: 'o/r', ci: 'nix', branches: [] }],
        reconcileEvery: '1h',
      },
      root,
    );
    const meter = new Meter();
    let asked = (): void => {};
    const ci = new ScriptedCi(() => {});
    const start = ci.start.bind(ci);
    ci.start = async (build) => {
      await start(build);
      asked();
    };
    const service = await openService(config, {
      world: realWorld,
      logger: pino({ level: 'silent' }),
      adapters: {
        ...adapters,
        forge: (...made) => meteredForge(adapters.forge(...made), meter),
        ci: () => ci,
      },
    });
    await service.start('http://127.0.0.1:9');
    const opened = service.engine.options.places.byName('here', 'o/r');
    if (opened === null) throw new Error('the repository did not open');
    // What the git server does beside it, once it has signalled the push, is not the service's share.
    rmSync(join(repository.bare, 'hooks', 'post-receive'));
    Object.assign(opened, { mirror: meteredMirror(opened.mirror, meter) });
    const own: number[] = [];
    const whole: number[] = [];
    for (let number = 1; number <= rounds; number += 1) {
      const head = repository.commit(base, { 'a.c': String(number) });
      repository.push(`refs/pull/${number}/head`, head);
      await service.engine.settled();
      const started = new Promise<void>((resolve) => {
        asked = resolve;
      });
      meter.spent = 0;
      const begun = performance.now();
      await deliver(service.engine, opened, number);
      await started;
      const took = performance.now() - begun;
      whole.push(took);
      own.push(took - meter.spent);
    }
    await service.stop();
    const value = median(own);
    return [
      {
        name: 'delivery to build asked for, own share',
        value: Math.round(value * 10) / 10,
        unit: 'ms',
        ratio: value / median(whole),
        against: 'the whole of it, git included',
        goal: '< 15 ms',
        ok: value < 15,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function deliver(
  engine: Parameters<typeof observePull>[0],
  place: Place,
  number: number,
): Promise<void> {
  await observePull(engine, place, number, { source: 'webhook', key: `delivery:${number}` });
}

function meteredForge(real: Forge, meter: Meter): Forge {
  // Publishing is beside the way to the build, not on it.
  return wrapped(real, { pull: (...args) => meter.inside(() => real.pull(...args)) });
}

function meteredMirror(real: Mirror, meter: Meter): Mirror {
  return wrapped(real, {
    fetch: (...args) => meter.inside(() => real.fetch(...args)),
    tip: (...args) => meter.inside(() => real.tip(...args)),
    isAncestor: (...args) => meter.inside(() => real.isAncestor(...args)),
    nearest: (...args) => meter.inside(() => real.nearest(...args)),
    origin: (...args) => meter.inside(() => real.origin(...args)),
    inspect: (...args) => meter.inside(() => real.inspect(...args)),
    compose: (...args) => meter.inside(() => real.compose(...args)),
    push: (...args) => meter.inside(() => real.push(...args)),
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const result of await bench()) console.log(JSON.stringify(result));
