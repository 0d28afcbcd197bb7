# The type of `services.orthrus.settings`: the configuration file's keys, as src/config/schema.ts has them (a test holds the two
# to each other). Defaults are the program's, but where NixOS has places of its own.
{ lib }:
let
  inherit (lib) mkOption types;
  set = options: types.submodule { inherit options; };

  needed = type: description: mkOption { inherit type description; };
  optional =
    type: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit description;
    };
  defaultTo =
    type: default: description:
    mkOption { inherit type default description; };

  duration = types.strMatching "[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)";
  secret = set {
    file = needed (types.strMatching "/.+") "A file on this machine; root has to be able to read it. A string: a path would be copied to the store.";
  };

  forge = set {
    kind = needed (types.enum [
      "git"
      "github"
    ]) "What serves the repositories.";
    root = optional (types.strMatching "/.+") "git: the folder that holds bare repositories owner/repo.git. The user orthrus has to be able to write there.";
    apiUrl = optional types.str "github: for GitHub Enterprise, https://HOST/api/v3.";
    webhookSecret = optional secret "github: what the webhook is signed with.";
    token = optional secret "github: a token; or else app.";
    app = optional (set {
      id = needed types.ints.positive "The App's id.";
      privateKey = needed secret "The App's private key.";
    }) "github: a GitHub App; or else token.";
  };

  ci = set {
    kind = needed (types.enum [
      "nix"
      "typhon"
      "generic"
    ]) "What builds.";
    attribute = optional types.str "nix: the attribute of the flake whose members are the jobs.";
    parallel = optional types.ints.positive "nix: how many jobs are built at once.";
    nixConfig = optional types.lines "nix: lines added to NIX_CONFIG.";
    url = optional types.str "typhon: where it listens.";
    webhookSecret = optional secret "typhon: the project's github_webhook_secret.";
    callbackSecret = optional secret "typhon, generic: what calls to POST /ci/NAME are signed with.";
    pollEvery = optional duration "typhon: how often it is asked, beside its event stream.";
  };

  repository = set {
    forge = needed types.str "One of forges.";
    name = needed types.str "owner/repo.";
    ci = needed types.str "One of ci.";
    project = optional types.str "The CI's name for the repository.";
    branches = optional (types.listOf types.str) "The branches that are built as themselves.";
    cacheBranch = optional types.str "The cache branch's name; {number} is the pull request's.";
    cacheFile = optional types.str "The file that holds the cache, in the repository.";
    commitFile = optional types.str "The file that holds the head, in the repository.";
    output = optional types.str "The output that is the cache.";
    drafts = optional (types.enum [
      "build"
      "skip"
    ]) "What to do with a draft.";
    onForcePush = optional (types.enum [
      "keep"
      "cold"
    ]) "What a force-push does to the cache.";
    onPush = optional (types.enum [
      "finish-cold"
      "cancel"
    ]) "What a push does to the build that is under way.";
    trust = optional (types.enum [ "write" ]) "Whose pull requests are built without approval.";
    coldEvery = optional types.ints.positive "Every how many builds a cold one checks.";
    coldRetry = optional types.bool "Whether a failed incremental build is tried again without the cache.";
    report = optional (set {
      as = optional (types.enum [
        "statuses"
        "checks"
      ]) "How to report.";
      context = optional types.str "The summary's context.";
      jobs = optional (types.enum [
        "failed"
        "all"
        "none"
      ]) "Which jobs have a status of their own.";
      jobContext = optional types.str "A job's context; {job} is its name.";
    }) "What is reported to the forge.";
  };
in
set {
  listen = {
    host = optional types.str "The address to listen at.";
    port = optional types.port "The port to listen at.";
  };
  publicUrl = optional types.str "Where people and the forge reach the service.";
  database = {
    url = defaultTo types.str "sqlite:/var/lib/orthrus/orthrus.db" "The database.";
    synchronous = optional (types.enum [
      "full"
      "normal"
    ]) "What SQLite waits for.";
  };
  stateDir = defaultTo types.str "/var/lib/orthrus/state" "Mirrors, logs and GC roots.";
  operatorToken = optional secret "What an operator's commands are sent with.";
  reconcileEvery = optional duration "How often the forge and the CI are compared with the log.";
  retry = {
    base = optional duration "The first delay before something is tried again.";
    max = optional duration "The longest delay.";
  };
  deadlines = {
    start = optional duration "When a build that has not begun is given up.";
    finish = optional duration "When a build that has not ended is given up.";
  };
  concurrency = optional types.ints.positive "How many effects are carried out at once.";
  retain = optional duration "How long a closed pull request is kept.";
  archive = optional types.str "A folder for the logs of what is no longer kept.";
  inspector = {
    url = optional types.str "The page that shows runs in the Stately inspector.";
    redact = optional (types.listOf types.str) "Names of what is not told to that page.";
  };
  forges = defaultTo (types.attrsOf forge) { } "Where the repositories are.";
  ci = defaultTo (types.attrsOf ci) { } "What builds them.";
  repositories = defaultTo (types.listOf repository) [ ] "The repositories.";
}
