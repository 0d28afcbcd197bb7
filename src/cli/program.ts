import { Command } from 'commander';
import { addLog } from './log.ts';
import { addPulls } from './pulls.ts';
import { addServe } from './serve.ts';
import { harmless } from './text.ts';
import { readVersion } from './version.ts';

/** The command line. Every command is one file, which adds itself. */
export function program(): Command {
  const orthrus = new Command('orthrus')
    .description('Gives every pull request a cache branch, so that a Nix CI builds incrementally.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`orthrus: ${usageLine(text)}\n`),
    });
  for (const add of [addServe, addPulls, addLog]) add(orthrus);
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
