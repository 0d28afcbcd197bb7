# What cannot work, said while the system is evaluated. What the program's own check of the file says better is left to
# that.
{
  config,
  lib,
  credentials,
}:
let
  inherit (config.services.orthrus.settings) forges ci repositories;
  have = names: builtins.concatStringsSep ", " (builtins.attrNames names);
in
map (
  { id, file }:
  {
    assertion = !(lib.hasPrefix "${builtins.storeDir}/" file);
    message = "services.orthrus.settings.${id}.file: ${file} is in the Nix store, where everybody can read it";
  }
) credentials
++ map (
  { id, file }:
  {
    assertion = builtins.match "[A-Za-z0-9._-]+" id != null && builtins.match "[^:%]+" file != null;
    message = "services.orthrus.settings.${id}.file: a systemd credential is named with letters, digits, ., _ and -, and its file without : and %";
  }
) credentials
++ builtins.concatMap (repository: [
  {
    assertion = forges ? ${repository.forge};
    message = "services.orthrus.settings.repositories: ${repository.name}: there is no forge \"${repository.forge}\", but ${have forges}";
  }
  {
    assertion = ci ? ${repository.ci};
    message = "services.orthrus.settings.repositories: ${repository.name}: there is no CI \"${repository.ci}\", but ${have ci}";
  }
]) repositories
++ lib.mapAttrsToList (name: forge: {
  assertion = forge.kind != "github" || (forge.token == null) != (forge.app == null);
  message = "services.orthrus.settings.forges.${name}: GitHub takes either token or app";
}) forges
++ lib.mapAttrsToList (name: one: {
  assertion = one.kind != "nix" || config.nix.enable;
  message = "services.orthrus.settings.ci.${name}: this machine's own Nix is off (nix.enable)";
}) ci
