# Plain builtins, Nix 2.8 and later, pure evaluation. ../README.md says how to use it.
{
  incremental = import ./incremental.nix;
  source = import ./source.nix;
  make = import ./make.nix;
}
