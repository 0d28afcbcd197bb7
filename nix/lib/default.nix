# Plain builtins, Nix 2.8 and later, pure evaluation. ../README.md says how to use it.
{
  incremental = import ./incremental.nix;
  source = import ./source.nix;
  make = import ./make.nix;
  # Takes nixpkgs from whoever calls it. Not part of a copy of this folder: it is for the flake that Typhon reads.
  typhon = import ../typhon;
}
