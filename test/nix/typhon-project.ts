import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { Repository } from './repository.ts';

const actionsSource = resolve(import.meta.dirname, '../../nix/typhon');

/** What an action may use: with anything else it would fail in Typhon's sandbox, and does here. */
const tools: Record<string, readonly string[]> = {
  coreutils: ['cat', 'cut', 'od', 'sha256sum', 'sleep', 'tr'],
  curl: ['curl'],
  jq: ['jq'],
};

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A flake with `typhonProject`, evaluated purely and built by real Nix on this machine's tools. */
export class TyphonProject {
  private constructor(
    private readonly repository: Repository,
    readonly declaration: unknown,
    readonly actions: string,
  ) {}

  /** @param args Nix: further arguments of mkProject */
  static async create(args = ''): Promise<TyphonProject> {
    const repository = await Repository.create({
      'flake.nix': `{
        outputs = _: {
          typhonProject = (import ./orthrus).typhon.mkProject {
            pkgs = import ./pkgs.nix { tools = builtins.readFile ./tools; };
            owner = "owner";
            repo = "repo";
            ${args}
          };
        };
      }`,
      'pkgs.nix': readFileSync(resolve(import.meta.dirname, 'stand-in/pkgs.nix'), 'utf8'),
      'secrets.age': 'encrypted\n',
    });
    for (const file of readdirSync(actionsSource, { recursive: true, encoding: 'utf8' }))
      if (/\.\w+$/.test(file))
        await repository.write(
          join('typhon', file),
          readFileSync(join(actionsSource, file), 'utf8'),
        );
    await repository.write('tools', linkTools(join(dirname(repository.root), 'tools')));
    const flake = await repository.commit();
    // As Typhon reads it: a derivation in it becomes the path of its output.
    const nix = (...parameters: string[]): string =>
      execFileSync('nix', parameters, { encoding: 'utf8', stdio: 'pipe' });
    const declaration: unknown = JSON.parse(nix('eval', '--json', `${flake}#typhonProject`));
    const { actions } = z
      .object({ actions: z.object({ 'x86_64-linux': z.string() }) })
      .parse(declaration);
    nix('build', '--no-link', `${flake}#typhonProject.actions.x86_64-linux`);
    return new TyphonProject(repository, declaration, actions['x86_64-linux']);
  }

  destroy(): Promise<void> {
    return this.repository.destroy();
  }

  /** Runs an action as Typhon does: an empty environment, and its input in one write. */
  run(action: string, given: unknown): Promise<Ran> {
    return new Promise((resolved, reject) => {
      const child = spawn(join(this.actions, action), [], { cwd: '/', env: {} });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code) => resolved({ code, stdout, stderr }));
      child.stdin.on('error', () => {});
      child.stdin.end(JSON.stringify(given));
    });
  }
}

function linkTools(folder: string): string {
  const link = (from: string, to: string): void => {
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to);
  };
  for (const [name, programs] of Object.entries(tools))
    for (const program of programs) link(`/usr/bin/${program}`, join(folder, name, 'bin', program));
  const bundle = join(folder, 'cacert/etc/ssl/certs/ca-bundle.crt');
  mkdirSync(dirname(bundle), { recursive: true });
  writeFileSync(bundle, '');
  return folder;
}
