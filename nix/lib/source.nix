# A source tree without the bookkeeping files, whose store path is the same when only they differ.
# builtins.path with a name of its own: filterSource, `src = ./.` and `src = self` carry the name, and with
# it the hash, of the whole tree. All paths are relative to `path`.
{
  path,
  name ? "source",
  # Take this folder instead of the whole tree; it becomes the root of the result.
  folder ? "",
  # Leave these files and folders out.
  exclude ? [ ],
  # Leave out what this says false to. Called with the relative path and the type ("regular",
  # "directory", "symlink").
  filter ? _: _: true,
  cacheFile ? "cache.nix",
  commitFile ? "commit.txt",
}:
let
  root = builtins.unsafeDiscardStringContext (toString path);
  rootLength = builtins.stringLength root + 1;
  relative = file: builtins.substring rootLength (-1) file;

  bookkeeping = [
    cacheFile
    commitFile
  ];

  # The folders on the way to a file: "a/b/c" → [ "a" "a/b" ].
  parentsOf =
    file:
    let
      parts = builtins.filter builtins.isString (builtins.split "/" file);
      count = builtins.length parts - 1;
      take = n: builtins.concatStringsSep "/" (builtins.genList (builtins.elemAt parts) n);
    in
    builtins.genList (n: take (n + 1)) count;
  parents = builtins.concatMap parentsOf bookkeeping;

  # A folder that is there for the bookkeeping files alone goes with them: the head's tree has none.
  isBookkeeping =
    file: type:
    builtins.elem file bookkeeping
    || (type == "directory" && builtins.elem file parents && holdsNothingElse file);
  holdsNothingElse =
    folder:
    let
      inside = builtins.readDir (path + "/${folder}");
    in
    builtins.all (child: isBookkeeping "${folder}/${child}" inside.${child}) (
      builtins.attrNames inside
    );

  wanted =
    full: type:
    let
      file = relative full;
    in
    !(isBookkeeping file type) && !(builtins.elem file exclude) && filter file type;
in
builtins.path {
  inherit name;
  path = if folder == "" then path else path + "/${folder}";
  filter = wanted;
}
