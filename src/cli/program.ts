import { Command } from 'commander';
import { addAccept } from './accept.ts';
import { addApprove } from './approve.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addInspect } from './inspect.ts';
import { addLog } from './log.ts';
import { addMachine } from './machine.ts';
import { addPulls } from './pulls.ts';
import { addRebuild } from './rebuild.ts';
import { addReconcile } from './reconcile.ts';
import { addReplay } from './replay.ts';
import { addServe } from './serve.ts';
import { harmless } from './text.ts';
import { readVersion } from './version.ts';

/** In the order in which `--help` lists them. */
const commands = [
  addServe,
  addDemo,
  addPulls,
  addLog,
  addReplay,
  addInspect,
  addMachine,
  addRebuild,
  addApprove,
  addAccept,
  addReconcile,
  addExport,
  addImport,
  addDoctor,
  addConfig,
];

/** The command line. Every command is one file, which adds itself. */
export function program(): Command {
  const orthrus = new Command('orthrus')
    .description('Gives every pull request a cache branch, so that a Nix CI builds incrementally.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`orthrus: ${usageLine(text)}\n`),
    });
  for (const add of commands) add(orthrus);
  return orthrus;
}

/** Commander's message in our form: one line, and what to do. */
function usageLine(text: string): string {
  const said = text
    .replace(/^error: /, '')
    .replace(/\n\((Did you mean .*\?)\)/, (_, hint: string) => `; ${hint.toLowerCase()}`)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return harmless(said.includes(';') ? said : `${said}; see \`orthrus --help\``);
}
