# What nix/package uses of nixpkgs. `buildNpmPackage` gives back what it was called with.
{
  # A derivation with npm on this machine, or only what would be one.
  runCommand ? name: attributes: script: attributes // {
    inherit name script;
    type = "derivation";
    outPath = "${builtins.storeDir}/${builtins.substring 0 32 (builtins.hashString "sha256" name)}-${name}";
  },
  cpu ? "x86_64",
}:
let
  inherit (builtins)
    attrNames
    filter
    fromJSON
    listToAttrs
    readFile
    stringLength
    substring
    ;
  lib = rec {
    inherit (builtins) replaceStrings;
    importJSON = file: fromJSON (readFile file);
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    removeSuffix =
      suffix: text:
      let
        length = stringLength text - stringLength suffix;
      in
      if length >= 0 && substring length (-1) text == suffix then substring 0 length text else text;
    optionalString = yes: text: if yes then text else "";
    optionalAttrs = yes: set: if yes then set else { };
    genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);
    filterAttrs = keep: set: genAttrs (filter (name: keep name set.${name}) (attrNames set)) (name: set.${name});
    last = list: builtins.elemAt list (builtins.length list - 1);
    splitString = separator: text: filter builtins.isString (builtins.split separator text);
    fetchers.proxyImpureEnvVars = [ ];
    licenses.mit.spdxId = "MIT";
    platforms.linux = [ "x86_64-linux" "aarch64-linux" ];
  };
in
import ../../../nix/package {
  inherit lib runCommand;
  buildNpmPackage = arguments: arguments;
  importNpmLock.npmConfigHook = "importNpmLock's hook";
  nodejs = "/usr";
  stdenv.hostPlatform.parsed.cpu.name = cpu;
}
