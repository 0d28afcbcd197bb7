{
  mkProject = import ./project.nix;
}
