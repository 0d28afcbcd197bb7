{
  description = "Orthrus: incremental builds for Nix CI, through a cache branch beside every pull request";

  # No inputs: a repository under Orthrus gains nothing to lock or to fetch but this.
  outputs = _: { lib = import ./nix/lib; };
}
