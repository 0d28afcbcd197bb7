import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { instantiate, standIn } from './module-eval.ts';

const nix = resolve(import.meta.dirname, '../../nix');
const folder = mkdtempSync(join(tmpdir(), 'orthrus-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The README's example that holds `word`, as a file. */
function example(word: string): string {
  const readme = readFileSync(`${nix}/README.md`, 'utf8');
  const [found] = [...readme.matchAll(/^```nix\n(.*?)^```$/gms)]
    .map((match) => match[1] ?? '')
    .filter((text) => text.includes(word));
  if (found === undefined) throw new Error(`no example with ${word}`);
  const file = join(folder, `${word}.nix`);
  writeFileSync(file, found);
  return file;
}

it("the README's Typhon project is one, with its jobs", () => {
  writeFileSync(join(folder, 'secrets.age'), '');
  expect(
    instantiate(`
      let
        pkgs = import ${standIn}/pkgs.nix { tools = "/usr"; };
        outputs = (import ${example('typhonProject')}).outputs {
          nixpkgs.legacyPackages.x86_64-linux = pkgs // {
            stdenv = pkgs.stdenv // { initialPath = [ "/usr" ]; cc = "/usr"; };
          };
          orthrus.lib = import ${nix}/lib;
        };
      in {
        inherit (outputs.typhonProject) meta;
        project = outputs.typhonProject.actions.x86_64-linux.name;
        jobs = builtins.attrNames outputs.typhonJobs;
      }`),
  ).toEqual({
    meta: { title: 'repo', description: '', homepage: 'https://github.com/owner/repo' },
    project: 'typhon-actions',
    jobs: ['hello'],
  });
});

it("the README's machine is one, and the program takes its configuration", () => {
  const json = instantiate(`
    let
      nixosSystem = { modules, ... }: import ${standIn}/nixos.nix {
        configuration = builtins.elemAt modules 1;
      };
      outputs = (import ${example('nixosSystem')}).outputs {
        nixpkgs.lib = { inherit nixosSystem; };
        orthrus.nixosModules.default = null;
      };
      inherit (outputs.nixosConfigurations.ci) config;
    in
      assert builtins.all (it: it.assertion) config.assertions;
      config.environment.etc."orthrus.json".source.json`);
  expect(parseConfig(JSON.parse(String(json)), '/').repositories).toMatchObject([
    { forge: 'github', name: 'owner/repo', ci: 'typhon', project: 'my-project' },
  ]);
});
