import { nixCi } from '../../../src/ci/nix/nix-ci.ts';
import type { BuildRequest } from '../../../src/ports/ci.ts';
import { nixConfig, thisWorld } from './laboratory.ts';

/** A service of its own, to be killed: starts a build, says a line when it is about to begin and one a report, and lives until it is ended. */
const {
  stateDir,
  gitConfigGlobal,
  parallel,
  requests,
}: {
  stateDir: string;
  gitConfigGlobal: string;
  parallel: number;
  requests: BuildRequest[];
} = JSON.parse(process.argv[2] ?? '');

const ci = nixCi({
  attribute: 'typhonJobs',
  parallel,
  stateDir,
  gitConfigGlobal,
  world: thisWorld,
  nixConfig,
  listener: (report) => void process.stdout.write(`${JSON.stringify(report)}\n`),
});
process.stdout.write('ready\n');
for (const request of requests) await ci.start(request);
setInterval(() => {}, 1000);
