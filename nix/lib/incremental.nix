# Jobs in the form `cache: derivation` → derivations, each with the cache that the cache file names.
#
# The entry rule: a job is evaluated with the cache its last good build started from. If that gives the
# derivation of that build, nothing it depends on has changed, and it is the one already built. Otherwise
# it is evaluated with what that build left. Thus an entry that moves does not move the job's derivation.
{
  src,
  jobs,
  cacheFile ? "cache.nix",
}:
let
  storePath = import ./store-path.nix;
  empty = import ./empty.nix;
  entryOf = import ./entries.nix { inherit src cacheFile; };

  choose =
    name: job:
    let
      with' =
        cache:
        let
          result = if builtins.isFunction job || job ? __functor then job cache else job;
        in
        if builtins.isAttrs result && result ? drvPath then
          result
        else
          throw "orthrus: job ${builtins.toJSON name} is no derivation, nor a function from a cache to one";
      withPath = path: with' (if path == null then empty else storePath path);

      entry = entryOf name;
      again = withPath entry.from;
    in
    if entry == null then
      withPath null
    else if entry.drv != null && builtins.unsafeDiscardStringContext again.drvPath == entry.drv then
      again
    else
      withPath entry.path;
in
builtins.mapAttrs choose jobs
