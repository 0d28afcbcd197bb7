import type { RecordedRequest, Requests } from './record.ts';
import { type Command, stockWebhook } from './stock-webhook.ts';
import type { Typhon } from './typhon.ts';
import { TyphonError } from './typhon-error.ts';

/**
 * Serves one webhook request: the project's action, what it prints, and the scan for GC roots. Whoever asked may give up
 * meanwhile: a command that has begun is carried out, and no other one is begun.
 * @throws {TyphonError}
 */
export async function webhook(
  typhon: Typhon,
  project: string,
  request: RecordedRequest,
  requests: Requests,
  isGone: () => boolean,
): Promise<void> {
  const { faults, lives } = typhon;
  const isOver = (): boolean => typhon.lives !== lives;
  const { flakes } = typhon.project(project);
  await faults.pass('action');
  const printed = stockWebhook(request.headers, request.body, {
    secret: typhon.options.webhookSecret,
    url: (branch) => flakes.jobset(branch),
  });
  if (printed === null) throw new TyphonError('bad-request', 'Webhook failure');
  if (printed.push !== null) requests.webhooks.push({ project, request, ...printed.push });
  for (const command of printed.commands) {
    if (isGone()) return;
    if (command.command === 'EvaluateJobset') await faults.pass('lock');
    if (isOver()) return;
    await carryOut(typhon, project, command);
  }
  await faults.pass('answer');
}

async function carryOut(typhon: Typhon, project: string, command: Command): Promise<void> {
  if (command.command === 'NewJobset') {
    typhon.newJobset(project, command.name, { flake: true, url: command.url });
  } else if (command.command === 'DeleteJobset') typhon.deleteJobset(project, command.name);
  else {
    await typhon.evaluate(project, command.name, true);
    const { scanMilliseconds } = typhon.faults;
    await new Promise((resolve) => setTimeout(resolve, scanMilliseconds));
  }
}
