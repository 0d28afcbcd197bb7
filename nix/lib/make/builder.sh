# shellcheck shell=sh
# The builder of a `make` derivation: restore, build, install, save.
#
# Only objects are kept, and only those whose dependency file accounts for them; every other product
# (archives, programs, generated files) is made anew by each build. See restore.sh for when one is used.
set -eu
export LC_ALL=C

work=$NIX_BUILD_TOP/orthrus
tree=$NIX_BUILD_TOP/source
mkdir "$work"

# The store's files are all of time 1, older than anything that is built from them.
copy_source() {
  cp -RPp "$orthrusSource/." "$tree"
  chmod -R u+w "$tree"
}

copy_source
/bin/sh -eu "$orthrusScripts/toolchain.sh" >"$work/toolchain"
/bin/sh -eu "$orthrusScripts/manifest.sh" "$orthrusSource" "$work/manifest"
if ! /bin/sh -eu "$orthrusScripts/restore.sh" "$work" "$tree"; then
  echo "orthrus: cold: what was kept could not be restored" >&2
  rm -rf "$tree" "$work/kept" "$work/record"
  copy_source
fi
mkdir -p "$work/kept" "$work/record"
/bin/sh -eu "$orthrusScripts/wrappers.sh" "$work" "$tree"

# The build sees nothing that differs between a warm and a cold one, but `$out`.
[ "${NIX_BUILD_CORES:-0}" -gt 0 ] || NIX_BUILD_CORES=$(nproc)
export NIX_BUILD_CORES
for script in "$buildPath" "$installPath"; do
  (
    unset intermediates orthrusSource orthrusCache orthrusKey orthrusScripts disallowedReferences
    unset LC_ALL passAsFile buildPath installPath
    cd "$tree"
    PATH=$work/bin:$PATH
    exec /bin/sh -eu "$script"
  )
done

# A cache that cannot be kept is no reason to fail a good build.
if ! /bin/sh -eu "$orthrusScripts/save.sh" "$work" "$tree"; then
  rm -rf "$intermediates"
  mkdir "$intermediates"
  echo "the last build could not save it" >"$intermediates/unusable"
  echo "orthrus: not kept: saving failed" >&2
fi
