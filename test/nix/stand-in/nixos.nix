# A machine with nix/module on it, and of NixOS only the options that the module sets or reads.
{
  # The module of whoever uses it.
  configuration,
}:
let
  inherit (import ./module-system.nix) evalModules lib;

  store = name: "${builtins.storeDir}/${builtins.substring 0 32 (builtins.hashString "sha256" name)}-${name}";
  derivation' =
    name: attributes:
    attributes
    // {
      type = "derivation";
      inherit name;
      outPath = store name;
    };
  package = name: derivation' name { meta.mainProgram = name; };

  pkgs = {
    git = package "git";
    # Nothing is built: what would be is there to be looked at.
    runCommand = name: attributes: script: derivation' name (attributes // { inherit script; });
    callPackage = path: _: package (if path == ../../../nix/package then "orthrus" else throw "which package?");
  };

  anything =
    default:
    lib.mkOption {
      type = lib.types.anything;
      inherit default;
    };
  nixos.options = {
    assertions = lib.mkOption {
      type = lib.types.listOf lib.types.anything;
      default = [ ];
    };
    environment.etc = anything { };
    environment.systemPackages = anything [ ];
    services.nginx = anything { };
    nix.enable = anything true;
    nix.package = anything (package "nix");
    nix.settings = lib.mkOption {
      type = lib.types.attrsOf lib.types.anything;
      default = { };
    };
    systemd.services = anything { };
    users.users = anything { };
    users.groups = anything { };
  };
in
evalModules {
  inherit pkgs;
  modules = [
    nixos
    ../../../nix/module
    { config = configuration; }
  ];
}
