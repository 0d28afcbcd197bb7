#!/bin/sh
# Lays out the demo's repository: LevelDB and its Snappy from the npm package classic-level, the Makefiles
# beside this script, and the library under nix/orthrus. Makes no commit.
#
#   compose.sh <directory of classic-level> <target directory>
set -eu

here=$(cd "$(dirname "$0")" && pwd)
deps=$(cd "$1/deps" && pwd)
mkdir -p "$2"
target=$(cd "$2" && pwd)

mkdir -p "$target/leveldb" "$target/snappy" "$target/nix"
cp -R "$deps"/leveldb/leveldb-1.20/. "$target/leveldb/"
rm -f "$target/leveldb/Makefile" "$target/leveldb/build_detect_platform"
# The package patches LevelDB's Get, and db/c.cc does not compile with that: take the patch back. The
# ceiling keeps git from finding a repository around the target and skipping what lies outside its index.
(cd "$target/leveldb" && GIT_CEILING_DIRECTORIES="$target" git apply -R -p4 "$deps/leveldb/patches/001-value-sink.patch")

cp "$deps"/snappy/snappy/*.cc "$deps"/snappy/snappy/*.h "$deps"/snappy/snappy/COPYING "$target/snappy/"
cp "$deps"/snappy/linux/*.h "$target/snappy/"
# Its unit test wants libraries that are not here.
rm -f "$target/snappy/snappy_unittest.cc" "$target/snappy/snappy-test.cc" "$target/snappy/snappy-test.h"

cp "$here/leveldb/Makefile" "$target/leveldb/"
cp "$here/snappy/Makefile" "$here/snappy/roundtrip.cc" "$target/snappy/"
cp "$here/flake.nix" "$here/README.md" "$target/"
rm -rf "$target/nix/orthrus"
cp -R "$here/../lib" "$target/nix/orthrus"

find "$target/leveldb" "$target/snappy" -type f -exec chmod 644 {} +
sed -i "s/x86_64-linux/$(uname -m)-linux/" "$target/flake.nix"
