# The program, out of package-lock.json. For callPackage: whoever builds it brings nixpkgs, so that the flake needs no
# inputs.
{
  lib,
  buildNpmPackage,
  importNpmLock,
  nodejs,
  runCommand,
  stdenv,
}:
let
  manifest = lib.importJSON ../../package.json;

  # Not the README, the tests or this folder: a change there is no reason to build anew.
  files = [
    "LICENSE"
    "machines"
    "migrations"
    "package-lock.json"
    "package.json"
    "src"
    "tsconfig.build.json"
    "tsconfig.json"
  ];
  topOf = file: builtins.head (builtins.split "/" file);
in
buildNpmPackage {
  pname = manifest.name;
  inherit (manifest) version;
  inherit nodejs;

  src = import ../lib/source.nix {
    path = ../..;
    name = "orthrus-source";
    filter = file: _: builtins.elem (topOf file) files;
  };

  npmDeps = import ./npm-deps.nix {
    inherit
      lib
      manifest
      nodejs
      runCommand
      stdenv
      ;
  };
  inherit (importNpmLock) npmConfigHook;

  # better-sqlite3 would look for a ready-made binary on the network first. node-gyp, python and Node's headers come
  # with buildNpmPackage and its hook.
  npm_config_build_from_source = "true";
  # `prepare` would build a second time.
  npmPackFlags = [ "--ignore-scripts" ];

  # What node-gyp leaves beside the module names the compiler, and Node's source.
  postInstall = ''
    (
      cd "$out/lib/node_modules/orthrus/node_modules/better-sqlite3"
      mv build/Release/better_sqlite3.node .
      rm -rf build deps src
      mkdir -p build/Release
      mv better_sqlite3.node build/Release
    )
  '';

  doInstallCheck = true;
  installCheckPhase = ''
    "$out/bin/orthrus" --version
    test -s "$out/lib/node_modules/orthrus/dist/src/dashboard/assets/names.json"
    (cd "$out/lib/node_modules/orthrus" && node -e 'new (require("better-sqlite3"))(":memory:")')
  '';

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = "orthrus";
    platforms = lib.platforms.linux;
  };
}
