# NixOS: `services.orthrus`. `settings` is the configuration file, key by key; where it takes a secret, here only a file
# does, which systemd reads as root and hands to the service as a credential.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.services.orthrus;

  written = import ./written.nix {
    inherit lib;
    inherit (cfg) settings;
  };

  # Checked by the program that will read it, while the system is built.
  configFile = pkgs.runCommand "orthrus.json" {
    json = builtins.toJSON written.json;
    passAsFile = [ "json" ];
  } ''
    cp "$jsonPath" "$out"
    ${lib.getExe cfg.package} config --config "$out"
  '';
in
{
  options.services.orthrus = {
    enable = lib.mkEnableOption "Orthrus, incremental builds for Nix CI";
    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ../package { };
      defaultText = lib.literalExpression "pkgs.callPackage ../package { }";
      description = "The package to run.";
    };
    settings = mkOption {
      type = import ./settings.nix { inherit lib; };
      description = "The configuration file. What is null is left out, and the program's default holds.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = import ./assertions.nix {
      inherit config lib;
      inherit (written) credentials;
    };

    # For `sudo -u orthrus orthrus doctor --config /etc/orthrus.json`.
    environment.etc."orthrus.json".source = configFile;
    environment.systemPackages = [ cfg.package ];

    # A user of its own, not a dynamic one: builds outlive the unit, and shared repositories name it in their group.
    users.users.orthrus = {
      isSystemUser = true;
      group = "orthrus";
      home = "/var/lib/orthrus";
    };
    users.groups.orthrus = { };

    # What a job leaves in `intermediates` lives as long as its derivation, also where only `out` was rooted. With
    # keep-derivations each build would keep the one that it started from, and so all before it.
    nix.settings.keep-outputs = lib.mkDefault true;
    nix.settings.keep-derivations = lib.mkDefault false;

    systemd.services.orthrus = {
      description = "Orthrus, incremental builds for Nix CI";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [
        "network-online.target"
        "nix-daemon.socket"
      ];
      path = [
        pkgs.git
        config.nix.package
      ];
      environment = {
        HOME = "/var/lib/orthrus";
        # Not the private one: that goes when the unit stops, and builds go on.
        TMPDIR = "/var/lib/orthrus/tmp";
      };
      serviceConfig = import ./unit.nix { inherit lib; } {
        inherit (cfg) settings;
        exec = "${lib.getExe cfg.package} serve --config ${configFile}";
        inherit (written) credentials;
      };
    };
  };
}
