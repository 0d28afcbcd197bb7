import { type Command, Option } from 'commander';
import { print } from './output.ts';

interface MachineOptions {
  readonly format: 'mermaid' | 'json' | 'svg';
  readonly machine: 'pull-request' | 'branch';
}

export function addMachine(program: Command): void {
  program
    .command('machine')
    .description('the statechart itself')
    .addOption(
      new Option('--format <format>', 'how it is written')
        .choices(['mermaid', 'json', 'svg'])
        .default('mermaid'),
    )
    .addOption(
      new Option('--machine <machine>', 'which one')
        .choices(['pull-request', 'branch'])
        .default('pull-request'),
    )
    // It needs no configuration; it takes one like every other command.
    .option('--config <file>', 'not needed here')
    .action(async ({ format, machine }: MachineOptions) => {
      const kind = machine === 'branch' ? 'branch' : 'pull';
      switch (format) {
        case 'mermaid':
          return print((await import('../replay/mermaid.ts')).toMermaid(kind));
        case 'json':
          return print((await import('../replay/machine-json.ts')).toMachineJson(kind));
        case 'svg':
          return print(await (await import('../replay/svg.ts')).toSvg(kind));
      }
    });
}
