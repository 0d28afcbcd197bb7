# The unit's serviceConfig.
{ lib }:
{
  settings,
  exec,
  credentials,
}:
let
  # Where repositories are at hand: they are pushed to, and get a hook.
  roots = builtins.filter (root: root != null) (
    lib.mapAttrsToList (_: forge: forge.root) settings.forges
  );
in
{
  ExecStart = exec;
  Restart = "on-failure";
  RestartSec = 5;
  # The service itself gives up after ten seconds.
  TimeoutStopSec = 15;
  # Builds outlive a restart, and the next process joins them.
  KillMode = "process";

  User = "orthrus";
  Group = "orthrus";
  UMask = "0027";
  StateDirectory = [
    "orthrus"
    "orthrus/tmp"
  ];
  StateDirectoryMode = "0750";
  WorkingDirectory = "/var/lib/orthrus";
  LoadCredential = map ({ id, file }: "${id}:${file}") credentials;

  # Nix is reached through its daemon's socket, which needs no more than AF_UNIX; the builds are the daemon's.
  ProtectSystem = "strict";
  ReadWritePaths = roots;
  ProtectHome = true;
  PrivateTmp = true;
  PrivateDevices = true;
  ProtectClock = true;
  ProtectControlGroups = true;
  ProtectHostname = true;
  ProtectKernelLogs = true;
  ProtectKernelModules = true;
  ProtectKernelTunables = true;
  # Not ProcSubset=pid: a build's process is known again by /proc/sys/kernel/random/boot_id.
  ProtectProc = "invisible";
  NoNewPrivileges = true;
  CapabilityBoundingSet = "";
  LockPersonality = true;
  RestrictAddressFamilies = [
    "AF_UNIX"
    "AF_INET"
    "AF_INET6"
  ];
  RestrictNamespaces = true;
  RestrictRealtime = true;
  # Git sets the group bit in a shared repository.
  RestrictSUIDSGID = roots == [ ];
  # Not MemoryDenyWriteExecute: V8 compiles.
  SystemCallArchitectures = "native";
  SystemCallFilter = [
    "@system-service"
    "~@privileged"
  ];
  SystemCallErrorNumber = "EPERM";
}
