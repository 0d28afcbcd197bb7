import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { instantiate, standIn } from './module-eval.ts';

const root = resolve(import.meta.dirname, '../..');

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const ours = manifest.parse(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')));
const lock = lockFile.parse(JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')));

/** What npm is given. A fetched package's store path is, here, what it is fetched by. */
function evaluate(cpu = 'x86_64') {
  const given = z
    .object({
      pname: z.string(),
      version: z.string(),
      hook: z.string(),
      package: z.string().transform((text) => manifest.parse(JSON.parse(text))),
      packageLock: z.string().transform((text) => lockFile.parse(JSON.parse(text))),
    })
    .parse(
      instantiate(`
        let
          it = import ${standIn}/npm.nix {
            cpu = "${cpu}";
            runCommand = name: attributes: script: attributes // {
              outPath = builtins.toJSON { inherit name; inherit (attributes) outputHash package; };
            };
          };
        in {
          inherit (it) pname version;
          hook = it.npmConfigHook;
          inherit (it.npmDeps) package packageLock;
        }`),
    );
  const { '': top, ...packages } = given.packageLock.packages;
  return { ...given, packages, top };
}

const fetched = (resolved = ''): unknown => JSON.parse(resolved.replace(/^file:/, ''));

describe('the package', () => {
  it('is built from what it is made of, and nothing else', () => {
    const source = execFileSync(
      'nix-instantiate',
      ['--eval', '--read-write-mode', '--expr', `(import ${standIn}/npm.nix { }).src`],
      { encoding: 'utf8', stdio: 'pipe' },
    );
    expect(readdirSync(source.trim().replaceAll('"', '')).toSorted()).toEqual([
      'LICENSE',
      'machines',
      'migrations',
      'package-lock.json',
      'package.json',
      'src',
      'tsconfig.build.json',
      'tsconfig.json',
    ]);
  });

  it('is named and numbered by package.json, and installed by the hook for files', () => {
    const { pname, version, hook } = evaluate();
    expect({ name: pname, version }).toEqual({ name: ours.name, version: ours.version });
    expect(hook).toBe("importNpmLock's hook");
  });

  it('takes every package of the program from the lock file, held to its integrity', () => {
    const { packages } = evaluate();
    const wanted = Object.entries(lock.packages).filter(([key, one]) => key !== '' && !one.dev);
    expect(wanted.length).toBeGreaterThan(100);
    for (const [key, { version = '', integrity }] of wanted) {
      const name = key.replace(/^.*node_modules\//, '');
      expect(fetched(packages[key]?.resolved)).toEqual({
        name: `${name.replaceAll('@', '').replaceAll('/', '-')}-${version}.tgz`,
        outputHash: integrity,
        package: `${name}@${version}`,
      });
    }
  });

  it('compiles with what compiling takes, without the tools of testing', () => {
    const { package: given, packages, top } = evaluate();
    const compilers = Object.keys(ours.devDependencies).filter((name) =>
      /^(typescript$|esbuild$|@types\/)/.test(name),
    );
    expect(Object.keys(given.devDependencies).toSorted()).toEqual(compilers.toSorted());
    expect(Object.keys(given.dependencies)).toEqual(Object.keys(ours.dependencies));
    expect(top?.dependencies).toEqual(ours.dependencies);
    expect(
      Object.keys(packages).filter((key) => /vitest|oxlint|biome|playwright/.test(key)),
    ).toEqual([]);
    for (const [name, file] of Object.entries({ ...given.dependencies, ...given.devDependencies }))
      expect(file).toBe(packages[`node_modules/${name}`]?.resolved);
  });

  it('has every dependency of what it has, so that npm asks for none', () => {
    const { packages } = evaluate();
    for (const [key, one] of Object.entries(packages))
      for (const name of Object.keys({ ...one.dependencies, ...one.optionalDependencies })) {
        const places = [...key.matchAll(/(^|\/)node_modules\//g)].map(({ index }) =>
          key.slice(0, index),
        );
        const found = [key, ...places].some(
          (place) =>
            packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`] !== undefined,
        );
        expect(found, `${name} of ${key}`).toBe(true);
      }
  });

  it.each([
    ['x86_64', 'x64'],
    ['aarch64', 'arm64'],
  ])('takes the compiler of the machine: %s', (cpu, npm) => {
    const compilers = Object.keys(evaluate(cpu).packages).filter((key) =>
      /@(typescript|esbuild)\//.test(key),
    );
    expect(compilers).toEqual([
      `node_modules/@esbuild/linux-${npm}`,
      `node_modules/@typescript/typescript-linux-${npm}`,
    ]);
  });
});

describe('the flake', () => {
  it('has no inputs, and the library needs none', () => {
    expect(
      instantiate(`
        let flake = import ${root}/flake.nix; outputs = flake.outputs { };
        in {
          inputs = flake ? inputs;
          lib = builtins.attrNames outputs.lib;
          module = toString outputs.nixosModules.default;
          overlay = (outputs.overlays.default { callPackage = path: _: toString path; } { }).orthrus;
          systems = builtins.attrNames outputs.packages;
        }`),
    ).toEqual({
      inputs: false,
      lib: ['incremental', 'make', 'source', 'typhon'],
      module: `${root}/nix/module`,
      overlay: `${root}/nix/package`,
      systems: ['aarch64-linux', 'x86_64-linux'],
    });
  });
});
