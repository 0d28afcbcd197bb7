# The few things of nixpkgs that nix/typhon uses, on this machine's own tools. `tools` holds a folder for each package.
{ tools }:
let
  quote = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";

  make =
    name: script: variables:
    derivation (
      variables
      // {
        inherit name;
        system = "x86_64-linux";
        builder = "/bin/sh";
        args = [
          "-euc"
          script
        ];
        PATH = "/usr/bin:/bin";
      }
    );
in
{
  coreutils = "${tools}/coreutils";
  curl = "${tools}/curl";
  jq = "${tools}/jq";
  cacert = "${tools}/cacert";
  stdenv.hostPlatform.system = "x86_64-linux";

  lib = {
    inherit (builtins) concatStringsSep;
    makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
    optional = yes: value: if yes then [ value ] else [ ];
    optionals = yes: list: if yes then list else [ ];
    toShellVars =
      variables:
      builtins.concatStringsSep "\n" (
        map (name: "${name}=${quote variables.${name}}") (builtins.attrNames variables)
      );
  };

  writeShellScript =
    name: text:
    make name ''cp "$textPath" "$out" && chmod +x "$out"'' {
      text = "#!/bin/bash\n${text}\n";
      passAsFile = [ "text" ];
    };

  linkFarm =
    name: entries:
    make name (builtins.concatStringsSep "\n" (
      [ ''mkdir "$out"'' ] ++ map (entry: ''ln -s ${quote "${entry.path}"} "$out"/${quote entry.name}'') entries
    )) { };
}
