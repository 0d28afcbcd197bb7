{
  description = "Orthrus: incremental builds for Nix CI, through a cache branch beside every pull request";

  # No inputs: a repository under Orthrus gains nothing to lock or to fetch but this. Who brings nixpkgs has the overlay
  # and the module; `packages` is for `nix run`, and its nixpkgs is fetched for those alone who ask for it.
  outputs =
    _:
    let
      # nixos-25.11, as of 2026-05-10.
      nixpkgs = builtins.fetchTarball {
        url = "https://github.com/NixOS/nixpkgs/archive/8fd9daa3db09ced9700431c5b7ad0e8ba199b575.tar.gz";
        sha256 = "sha256-Ti+ZBvW6yrWWAg2szExVTwCd4qOJ3KlVr1tFHfyfi8Q=";
      };
      package = system: (import nixpkgs { inherit system; }).callPackage ./nix/package { };
    in
    {
      lib = import ./nix/lib;
      overlays.default = final: _: { orthrus = final.callPackage ./nix/package { }; };
      nixosModules.default = ./nix/module;
      packages.x86_64-linux.default = package "x86_64-linux";
      packages.aarch64-linux.default = package "aarch64-linux";
    };
}
