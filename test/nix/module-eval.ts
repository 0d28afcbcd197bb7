import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { z } from 'zod';

export const standIn = resolve(import.meta.dirname, 'stand-in');

const machine = z.object({
  /** Only those that do not hold. */
  failed: z.array(z.string()),
  /** What the configuration file holds. */
  json: z.string(),
  check: z.string(),
  file: z.string(),
  unit: z.object({
    serviceConfig: z.record(z.string(), z.unknown()),
    environment: z.record(z.string(), z.string()),
    after: z.array(z.string()),
  }),
  nix: z.object({ settings: z.record(z.string(), z.unknown()) }),
  users: z.unknown(),
});
export type Machine = z.infer<typeof machine>;

/** A machine with the module and this NixOS configuration. @throws with Nix's own error in `stderr` */
export function evaluate(configuration: string): Machine {
  return machine.parse(
    instantiate(`
      let
        inherit (import ${standIn}/nixos.nix { configuration = { ${configuration} }; }) config;
        etc = config.environment.etc."orthrus.json".source;
      in {
        failed = map (it: it.message) (builtins.filter (it: !it.assertion) config.assertions);
        inherit (etc) json;
        check = etc.script;
        file = etc.outPath;
        unit = config.systemd.services.orthrus;
        inherit (config) nix users;
      }`),
  );
}

/** The value of a Nix expression. @throws with Nix's own error in `stderr` */
export function instantiate(expression: string): unknown {
  const parameters = ['--eval', '--strict', '--json', '--expr', expression];
  return JSON.parse(
    execFileSync('nix-instantiate', parameters, { encoding: 'utf8', stdio: 'pipe' }),
  );
}
