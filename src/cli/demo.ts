import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { duration } from '../../machines/describe.ts';
import { checkNix } from '../ci/nix/check-nix.ts';
import { freePort } from '../demo/running-service.ts';
import { DemoStory } from '../demo/story.ts';
import { DemoUnavailable, layOut } from '../demo/workspace.ts';
import { CliError } from './cli-error.ts';
import { print } from './output.ts';
import { colours } from './text.ts';

interface DemoOptions {
  readonly once: boolean;
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the whole story on this machine: a git server, LevelDB, real Nix builds')
    .option('--once', 'exit at the end; 0 only if every step came out as it should', false)
    .action(demo);
}

async function demo({ once }: DemoOptions): Promise<void> {
  const nix = await checkNix();
  if (!nix.ok) throw new CliError('failed', `the demo needs Nix: ${nix.problems.join('; ')}`);
  const directory = await mkdtemp(join(tmpdir(), 'orthrus-demo-'));
  const port = await freePort(3100);
  const begun = Date.now();
  let story: DemoStory | null = null;
  try {
    const workspace = await layOut(directory, port);
    await print(`Everything of the demo is in ${directory}\n`);
    const entry = fileURLToPath(new URL('./main.js', import.meta.url));
    story = new DemoStory(workspace, port, [entry]);
    const isGood = await tell(story);
    await print(
      `\nThe event log of the pull request, as \`orthrus log here:demo/leveldb#1\` shows it:\n\n`,
    );
    await showLog(entry, workspace.configFile);
    const took = duration(Date.now() - begun);
    if (!isGood)
      throw new CliError(
        'failed',
        `the demo did not come out as it should (${took}); its log is in ${directory}/serve.log`,
      );
    await print(`\n${colours.green('Every step came out as it should')}, in ${took}.\n`);
    if (once) return;
    await print(
      `The service goes on at ${story.service.url}; push to ${workspace.bare}, and stop it with Ctrl-C.\n` +
        `Its operator's token, for what acts on the dashboard, is in ${workspace.operatorTokenFile}.\n`,
    );
    await interrupted(story);
  } catch (error) {
    if (error instanceof DemoUnavailable) throw new CliError('failed', error.message);
    throw error;
  } finally {
    await story?.end();
    if (once) await rm(directory, { recursive: true, force: true });
  }
}

async function tell(story: DemoStory): Promise<boolean> {
  let isGood = true;
  for (const [index, step] of story.steps.entries()) {
    await print(`\n${colours.bold(`${index + 1}. ${step.title}`)}\n`);
    const begun = Date.now();
    const told = await step.run();
    for (const line of told.lines) await print(`   ${line}\n`);
    for (const complaint of told.wrong) await print(`   ${colours.red(`✗ ${complaint}`)}\n`);
    if (told.wrong.length > 0) isGood = false;
    else await print(`   ${colours.green('✓')} ${duration(Date.now() - begun)}\n`);
  }
  return isGood;
}

async function showLog(entry: string, configFile: string): Promise<void> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const { stdout } = await promisify(execFile)(process.execPath, [
    entry,
    'log',
    'here:demo/leveldb#1',
    '--config',
    configFile,
  ]);
  await print(stdout);
}

function interrupted(story: DemoStory): Promise<void> {
  return Promise.race([
    story.service.ended(),
    new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    }),
  ]);
}
