{
  description = "LevelDB and its Snappy, built incrementally";

  outputs =
    _:
    let
      orthrus = import ./nix/orthrus;
      system = "x86_64-linux";

      project =
        name: build: cache:
        orthrus.make {
          inherit
            name
            system
            cache
            build
            ;
          src = orthrus.source {
            path = ./.;
            folder = name;
          };
          install = ''make install DESTDIR="$out"'';
        };
    in
    {
      typhonJobs = orthrus.incremental {
        src = ./.;
        jobs = {
          leveldb = project "leveldb" "make -j$NIX_BUILD_CORES";
          snappy = project "snappy" "make -j$NIX_BUILD_CORES check";
        };
      };
    };
}
