import type { Ci } from '../../src/ports/ci.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { isQueueBranch } from './models/forge-model.ts';
import { mirrorVerbs } from './models/mirror-model.ts';
import type { Process } from './process.ts';
import type { Universe } from './universe.ts';

/** The models as the service meets them: every call takes its time, may fail, and may be the last thing the process does. */

export function forgePort(universe: Universe, process: Process): Forge {
  const verbs = universe.forge.verbs();
  const call = <Result>(verb: string, act: () => Result): Promise<Result> =>
    universe.call(process, { with: 'forge', verb }, act);
  return {
    repository: (name) => call('repository', () => verbs.repository(name)),
    openPulls: () => call('openPulls', () => verbs.openPulls()),
    pull: (at, number) => call('pull', () => verbs.pull(at, number)),
    publish: (...of) => call('publish', () => verbs.publish(...of)),
    redeliver: (...of) => call('redeliver', () => verbs.redeliver(...of)),
    signalTo: async () => null,
    isQueueBranch,
    read: () => {
      throw new PortError('invalid', 'deliveries are read before they come here');
    },
    credentials: null,
    runs: ['.github/workflows'],
    conversation: {
      forcedAt: (...of) => call('forcedAt', () => verbs.forcedAt(...of)),
      mayWrite: (...of) => call('mayWrite', () => verbs.mayWrite(...of)),
      react: () => call('react', () => verbs.react()),
      comment: (...of) => call('comment', () => verbs.comment(...of)),
    },
  };
}

export function ciPort(universe: Universe, process: Process): Ci {
  const verbs = universe.ci.verbs();
  const call = <Result>(verb: string, act: () => Result): Promise<Result> =>
    universe.call(process, { with: 'ci', verb }, act);
  return {
    start: (build) => call('start', () => verbs.start(build)),
    cancel: (build) => call('cancel', () => verbs.cancel(build)),
    report: (build) => call('report', () => verbs.report(build)),
    deleteJobset: (jobset) => call('deleteJobset', () => verbs.deleteJobset(jobset)),
    missing: (paths) => call('missing', () => verbs.missing(paths)),
    retain: (...of) => call('retain', () => verbs.retain(...of)),
    read: () => ({ ignored: 'messages are read before they come here' }),
    take: async () => {},
    logFile: async () => null,
    close: async () => {},
    seesPushes: universe.plan.settings.manner === 'pushes',
  };
}

export function mirrorPort(universe: Universe, process: Process): Mirror {
  const verbs = mirrorVerbs(universe.server, universe.mirrored);
  const call = <Result>(verb: string, act: () => Result): Promise<Result> =>
    universe.call(process, { with: 'git', verb }, act);
  return {
    fetch: (...of) => call('fetch', () => verbs.fetch(...of)),
    tip: (...of) => call('tip', () => verbs.tip(...of)),
    branches: () => call('branches', () => verbs.branches()),
    push: (...of) => call('push', () => verbs.push(...of)),
    // What is here is asked of nobody.
    isAncestor: async (...of) => verbs.isAncestor(...of),
    nearest: async (...of) => verbs.nearest(...of),
    origin: async (...of) => verbs.origin(...of),
    inspect: async (...of) => verbs.inspect(...of),
    readFile: async (...of) => verbs.readFile(...of),
    touched: async (...of) => verbs.touched(...of),
    compose: async (...of) => verbs.compose(...of),
  };
}
