# The settings → `json`, what the configuration file holds, and `credentials`, the files that systemd has to load for
# it: `{ id; file; }` each. A secret is what has `file` and nothing else; its id is its key, such as
# `forges.github.token`.
{ lib, settings }:
let
  isSecret =
    value:
    builtins.isAttrs value && builtins.attrNames value == [ "file" ] && builtins.isString value.file;
  idOf = builtins.concatStringsSep ".";

  write =
    path: value:
    if isSecret value then
      # Where LoadCredential puts it; the file is made before $CREDENTIALS_DIRECTORY is.
      { file = "/run/credentials/orthrus.service/${idOf path}"; }
    else if builtins.isAttrs value then
      builtins.mapAttrs (name: write (path ++ [ name ])) (lib.filterAttrs (_: inner: inner != null) value)
    else if builtins.isList value then
      map (write path) value
    else
      value;

  secretsIn =
    path: value:
    if isSecret value then
      [
        {
          id = idOf path;
          inherit (value) file;
        }
      ]
    else if builtins.isAttrs value then
      builtins.concatMap (name: secretsIn (path ++ [ name ]) value.${name}) (builtins.attrNames value)
    else
      [ ];
in
{
  json = write [ ] settings;
  credentials = secretsIn [ ] settings;
}
