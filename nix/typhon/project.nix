# A Typhon project of a GitHub repository: the flake output `typhonProject`. What Typhon takes is `meta` and, for its
# own system, a directory with an executable for each action and the encrypted secrets (typhon-ci/typhon e4f11b3:
# nix/lib/builders/mkProject.nix, typhon-lib/src/actions.rs). The stock project is nix/lib/github/mkProject.nix there.
{
  # nixpkgs for the machine that Typhon runs on: `nixpkgs.legacyPackages.x86_64-linux`.
  pkgs,
  owner,
  repo,
  # JSON, encrypted with age for the project's public key: `github_webhook_secret`, `github_token`, and
  # `orthrus_callback_secret` with incremental builds.
  secrets ? null,
  # The switch. Off, this is a project like the stock one: every branch is a jobset, nobody is told.
  incremental ? true,
  # Where Orthrus listens, and what its configuration calls this Typhon.
  orthrusUrl ? "http://127.0.0.1:3100",
  ci ? "typhon",
  # What else is a jobset when the jobsets are updated: as in Orthrus's configuration.
  branches ? [ "main" ],
  cacheBranches ? "orthrus/",
  # Further actions, in Typhon's form `{ <system> = <derivation with bin/action>; }`, run in this order.
  begin ? [ ],
  end ? [ ],
  apiUrl ? "https://api.github.com",
  # The flake that Typhon builds of a branch.
  url ? "github:${owner}/${repo}/{branch}",
  title ? repo,
  description ? "",
  homepage ? "https://github.com/${owner}/${repo}",
}:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;

  # Typhon clears the environment, PATH with it.
  action =
    name: variables: texts:
    pkgs.writeShellScript "typhon-${name}" (
      lib.concatStringsSep "\n" (
        [
          "set -euo pipefail"
          "PATH=${
            lib.makeBinPath [
              pkgs.coreutils
              pkgs.curl
              pkgs.jq
            ]
          }"
          (lib.toShellVars variables)
          ''
            say() { printf 'orthrus: %s\n' "$1" >&2; }
            refuse() {
              say "$1"
              exit 1
            }
          ''
        ]
        ++ texts
      )
    );

  cacert = "${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt";
  hmac = builtins.readFile ./actions/hmac.sh;
  declaration = builtins.readFile ./actions/declaration.jq;

  # A merge queue's branches are built as themselves; their names are GitHub's.
  only = {
    names = branches;
    prefixes = [
      cacheBranches
      "gh-readonly-queue/"
    ];
  };

  step = name: further: {
    inherit name;
    path =
      action name
        {
          inherit cacert;
          action = name;
          orthrus = "${orthrusUrl}/ci/${ci}";
        }
        (
          [ "given=$(cat)" ]
          ++ lib.optionals incremental [
            hmac
            (builtins.readFile ./actions/notify.sh)
          ]
          ++ map (one: ''printf '%s' "$given" | ${one.${system}}/bin/action >/dev/null'') further
        );
  };
in
{
  meta = { inherit title description homepage; };
  actions.${system} = pkgs.linkFarm "typhon-actions" (
    [
      {
        name = "webhook";
        path = action "webhook" { inherit declaration url; } [
          hmac
          (builtins.readFile ./actions/webhook.sh)
        ];
      }
      {
        name = "jobsets";
        path = action "jobsets" {
          inherit cacert declaration url;
          repository = "${apiUrl}/repos/${owner}/${repo}";
          only = builtins.toJSON (if incremental then only else null);
        } [ (builtins.readFile ./actions/jobsets.sh) ];
      }
      (step "begin" begin)
      (step "end" end)
    ]
    ++ lib.optional (secrets != null) {
      name = "secrets";
      path = secrets;
    }
  );
}
