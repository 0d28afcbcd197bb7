# What importNpmLock makes (nixpkgs pkgs/build-support/node/import-npm-lock): package.json and package-lock.json with
# every package a file in the store. It cannot be used itself, because our lock file names no registry: a package has
# its integrity there, and no URL. So npm fetches each by name from whichever registry it is set to, and Nix holds it to
# the integrity. Of the development dependencies only those that make the program are taken.
{
  lib,
  manifest,
  nodejs,
  runCommand,
  stdenv,
}:
let
  lock = lib.importJSON ../../package-lock.json;
  compiles = name: name == "typescript" || name == "esbuild" || lib.hasPrefix "@types/" name;

  root = manifest // {
    devDependencies = lib.filterAttrs (name: _: compiles name) manifest.devDependencies;
  };

  # As npm names machines.
  here = {
    os = "linux";
    cpu =
      {
        x86_64 = "x64";
        aarch64 = "arm64";
      }
      .${stdenv.hostPlatform.parsed.cpu.name} or (throw "orthrus: no package for this machine");
  };
  runsHere =
    module: builtins.elem here.os (module.os or [ here.os ]) && builtins.elem here.cpu (module.cpu or [ here.cpu ]);

  # Where Node finds `name` from the package at `key`: in its own node_modules, else in those around it.
  resolve =
    key: name:
    let
      candidate = "${lib.optionalString (key != "") "${key}/"}node_modules/${name}";
      around = builtins.match "(.*)/?node_modules/.*" key;
    in
    if lock.packages ? ${candidate} then
      candidate
    else if key == "" then
      null
    else
      resolve (lib.removeSuffix "/" (builtins.head around)) name;

  needs =
    key: module:
    builtins.filter (found: found != null && runsHere lock.packages.${found}) (
      map (resolve key) (
        builtins.attrNames (
          (module.dependencies or { })
          // (module.devDependencies or { })
          // (module.optionalDependencies or { })
          // (module.peerDependencies or { })
        )
      )
    );

  kept = map (item: item.key) (
    builtins.genericClosure {
      startSet = map (key: { inherit key; }) (needs "" root);
      operator = { key }: map (needed: { key = needed; }) (needs key lock.packages.${key});
    }
  );

  nameOf = key: lib.last (lib.splitString "node_modules/" key);

  fetch =
    key: module:
    let
      name = nameOf key;
    in
    runCommand "${lib.replaceStrings [ "@" "/" ] [ "" "-" ] name}-${module.version}.tgz"
      {
        outputHashMode = "flat";
        outputHash = module.integrity;
        nativeBuildInputs = [ nodejs ];
        impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ [ "npm_config_registry" ];
        package = "${name}@${module.version}";
      }
      ''
        export HOME="$TMPDIR"
        npm pack --silent --ignore-scripts "$package"
        mv ./*.tgz "$out"
      '';

  packages = lib.genAttrs kept (
    key:
    let
      module = lock.packages.${key};
    in
    module
    // {
      resolved = "file:${fetch key module}";
    }
    // lib.optionalAttrs (module ? optionalDependencies) {
      optionalDependencies = lib.filterAttrs (
        name: _: builtins.elem (resolve key name) kept
      ) module.optionalDependencies;
    }
  );

  filesOf = builtins.mapAttrs (name: _: packages."node_modules/${name}".resolved);
in
runCommand "orthrus-npm-deps"
  {
    package = builtins.toJSON (
      root
      // {
        dependencies = filesOf root.dependencies;
        devDependencies = filesOf root.devDependencies;
      }
    );
    packageLock = builtins.toJSON (
      lock
      // {
        packages = packages // {
          "" = lock.packages."" // { inherit (root) devDependencies; };
        };
      }
    );
    passAsFile = [
      "package"
      "packageLock"
    ];
  }
  ''
    mkdir "$out"
    cp "$packagePath" "$out/package.json"
    cp "$packageLockPath" "$out/package-lock.json"
  ''
