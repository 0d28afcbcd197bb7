# shellcheck shell=sh
# The builder of a `make` derivation: restore, build, install, save.
#
# Only objects are kept; every other product (archives, programs, generated files) is made anew by each
# build. See restore.sh for when an object is used.
set -eu
export LC_ALL=C

top=$(cd "$NIX_BUILD_TOP" && pwd -P)
work=$top/orthrus
tree=$top/source

# The store's files are all of time 1, older than anything that is built from them.
start_cold() {
  rm -rf "$tree" "$work/kept" "$work/record"
  cp -RPp "$orthrusSource/." "$tree"
  chmod -R u+w "$tree"
  mkdir "$work/kept" "$work/record"
}

# A script sees nothing that differs between a warm and a cold build, but `$out`.
run() {
  (
    unset intermediates orthrusSource orthrusCache orthrusKey orthrusScripts disallowedReferences
    unset LC_ALL passAsFile buildPath installPath
    cd "$tree"
    PATH=$work/bin:$PATH
    exec /bin/sh -eu "$1"
  )
}

[ "${NIX_BUILD_CORES:-0}" -gt 0 ] || NIX_BUILD_CORES=$(nproc)
export NIX_BUILD_CORES

mkdir "$work"
/bin/sh -eu "$orthrusScripts/toolchain.sh" >"$work/toolchain"
/bin/sh -eu "$orthrusScripts/manifest.sh" "$orthrusSource" "$work/manifest"
/bin/sh -eu "$orthrusScripts/wrappers.sh" "$work" "$tree"

start_cold
if ! /bin/sh -eu "$orthrusScripts/restore.sh" "$work" "$tree"; then
  echo "orthrus: cold: what was kept could not be restored" >&2
  start_cold
fi
run "$buildPath"
if ! /bin/sh -eu "$orthrusScripts/complete.sh" "$work" "$tree"; then
  start_cold
  run "$buildPath"
  /bin/sh -eu "$orthrusScripts/complete.sh" "$work" "$tree"
fi
run "$installPath"

# A cache that cannot be kept is no reason to fail a good build.
if ! /bin/sh -eu "$orthrusScripts/save.sh" "$work" "$tree"; then
  rm -rf "$intermediates"
  mkdir "$intermediates"
  echo "the last build could not save it" >"$intermediates/unusable"
  echo "orthrus: not kept: saving failed" >&2
fi
