import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Files } from './repository.ts';

const library = resolve(import.meta.dirname, '../../nix/lib');

/** The library, vendored as a user would. */
function libraryFiles(): Files {
  const paths = readdirSync(library, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    paths
      .filter((path) => path.endsWith('.nix'))
      .map((path) => [`orthrus/${path}`, readFileSync(join(library, path), 'utf8')]),
  );
}

/** What makes one test's derivations different from another's. */
export interface Salted {
  readonly salt: string;
  /** Where each build writes its job's name. */
  readonly countFile: string;
}

/** A repository with three jobs (`app`, `lib`, `doc`), each with a folder of its own; text that begins with `broken` does not build. */
export function threeJobs(of: Salted, more: Files = {}): Files {
  return {
    ...libraryFiles(),
    'flake.nix': flakeOf(of),
    'app/text': 'one',
    'lib/text': 'one',
    'doc/text': 'one',
    README: 'read me',
    ...more,
  };
}

/** Jobs as Nix code; `job "app"` takes the folder `app`. */
export function flakeOf(
  { salt, countFile }: Salted,
  jobsCode = '{ app = job "app"; lib = job "lib"; doc = job "doc"; }',
): string {
  return `{
  outputs = { self }: let
    orthrus = import ./orthrus;
    with' = more: name: cache: derivation ({
      inherit name cache;
      system = "x86_64-linux";
      builder = "/bin/sh";
      salt = "${salt}";
      outputs = [ "out" "intermediates" ];
      src = orthrus.source { path = ./.; folder = name; name = "\${name}-source"; };
      args = [ "-c" ''
        echo "$name" >> ${countFile}
        read text < $src/text
        case "$text" in broken*) echo "cannot build $text"; exit 1;; esac
        for output in $outputs; do eval "echo $text > \\$$output"; done
      '' ];
    } // more);
    job = with' { };
  in { typhonJobs = orthrus.incremental { src = ./.; jobs = ${jobsCode}; }; };
}
`;
}
