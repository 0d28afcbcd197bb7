# shellcheck shell=sh
# The builder of a `make` derivation.
set -eu
export LC_ALL=C

work=$NIX_BUILD_TOP/orthrus
tree=$NIX_BUILD_TOP/source
mkdir "$work"
cp -RPp "$orthrusSource/." "$tree"
chmod -R u+w "$tree"

[ "${NIX_BUILD_CORES:-0}" -gt 0 ] || NIX_BUILD_CORES=$(nproc)
export NIX_BUILD_CORES
(cd "$tree" && exec /bin/sh -eu "$buildPath") 
(cd "$tree" && exec /bin/sh -eu "$installPath")
mkdir "$intermediates"
