# A make-like build that starts from what its last good build left: outputs `out` and `intermediates`.
# What is kept, and when, is in make/builder.sh and the scripts beside it.
{
  name,
  system,
  src,
  cache,
  # Shell, run in a writable copy of `src`.
  build,
  # Shell, run there after it; fills `$out`.
  install,
  # Whatever tells one toolchain from another, if it is not the host's: its version, its store path.
  toolchain ? "",
  # Further environment of the build, such as CXXFLAGS.
  env ? { },
  # PATH. Compilers and tools come from here.
  path ? "/usr/bin:/bin",
}:
let
  scripts = builtins.path {
    path = ./make;
    name = "orthrus-make";
  };

  fixed = {
    inherit
      name
      system
      build
      install
      toolchain
      ;
    builder = "/bin/sh";
    args = [ "${scripts}/builder.sh" ];
    outputs = [
      "out"
      "intermediates"
    ];
    passAsFile = [
      "build"
      "install"
    ];
    PATH = path;
    orthrusScripts = "${scripts}";
  };

  # Everything that shapes the build but its source: with another key nothing is kept.
  key = builtins.hashString "sha256" (
    builtins.unsafeDiscardStringContext (builtins.toJSON { inherit fixed env; })
  );

  changing = {
    orthrusSource = src;
    orthrusCache = cache;
    orthrusKey = key;
    # Or each generation would keep the one before it alive.
    disallowedReferences = [ cache ];
  };

  reserved = fixed // changing;
  clash = builtins.filter (variable: reserved ? ${variable}) (builtins.attrNames env);
in
if clash != [ ] then
  throw "orthrus: ${name}: env may not set ${builtins.concatStringsSep ", " clash}"
else
  derivation (env // reserved)
