# shellcheck shell=sh
#   save.sh WORK TREE
# Keeps, in $intermediates:
#   key               scheme, key of the derivation, hash of the toolchain
#   files, links      the source's manifest
#   products          the names of all that the build made
#   objects.tar       the kept objects and dependency files, with their real times
#   kept              their names
#   dependencies      object, tab, a file it was made from (canonical, relative to the tree); only of objects of which
#                     all are known
#   dependency-files  dependency file, tab, object
#   records.tar       of each object that a wrapped compiler made: hash of its text and arguments
#   hidden            if present, why dependency files may be incomplete
# or `unusable`, which says why nothing is.

work=$1
tree=$2
manifest=$work/manifest
mkdir "$intermediates"

unusable() {
  rm -rf "$intermediates"
  mkdir "$intermediates"
  echo "the last build left nothing to start from: $1" >"$intermediates/unusable"
  echo "orthrus: not kept: $1" >&2
  exit 0
}

cd "$tree"

[ ! -s "$manifest.odd" ] || unusable "a name with a backslash, a tab or a line break"

# A source that the build changes is not what the next one starts from.
/bin/sh -eu "$orthrusScripts/manifest.sh" "$tree" "$work/after"
comm -23 "$manifest.files" "$work/after.files" >"$work/altered"
comm -23 "$manifest.links" "$work/after.links" | sed -n '/^link/p' >>"$work/altered"
[ ! -s "$work/altered" ] || unusable "the build changed its source $(head -n 1 "$work/altered" | sed 's/^[fx] .\{66\}//')"

sort "$work/sources" "$work/products" >"$work/all"
grep -e '\.d$' -e '\.P[lo]*$' -e '\.dep$' "$work/products" >"$work/dependency-files" || :
grep '\.o$' "$work/products" >"$work/objects" || :

# Which object was made from what, by the names the compiler used, then by the names the files have.
awk -f "$orthrusScripts/dependencies.awk" "$work/objects" "$work/dependency-files" >"$work/claims"
sed -n 's/^needs	[^	]*	//p' "$work/claims" | sort -u >"$work/names"
xargs -r -d '\n' realpath -m --relative-base="$tree" -- <"$work/names" >"$work/canonical"
paste "$work/names" "$work/canonical" >"$work/map"
awk -f "$orthrusScripts/beside.awk" "$work/objects" "$work/products" >>"$work/claims"
awk -f "$orthrusScripts/accounted.awk" "$work/all" "$work/map" "$work/claims" >"$work/accounted"

sed -n 's/^needs	//p' "$work/accounted" >"$intermediates/dependencies"
sed -n 's/^tells	//p' "$work/accounted" >"$intermediates/dependency-files"

# A record is of the object as the compiler left it. If the Makefile changed that one afterwards, it is of no use.
(cd "$work/record" && find . -type f -printf '%P\n') | sort >"$work/recorded"
comm -12 "$work/recorded" "$work/objects" >"$work/records"
(cd "$work/record" && xargs -r -d '\n' awk '{ print $2 "  " FILENAME }' <"$work/records") >"$work/sums"
if [ -s "$work/sums" ]; then
  sha256sum -c "$work/sums" 2>/dev/null | sed -n 's/: OK$//p' | sort >"$work/records"
fi

cut -f 1 "$intermediates/dependencies" "$intermediates/dependency-files" | sort -u - "$work/records" >"$intermediates/kept"
comm -23 "$work/objects" "$intermediates/kept" >"$work/left"
[ ! -s "$work/left" ] ||
  echo "orthrus: not kept: $(wc -l <"$work/left") objects, $(head -n 1 "$work/left") first: neither a complete dependency file nor a compiler we know" >&2

# What names its own output or the directory it was built in is not what another build would make.
hash_of() { basename "$1" | cut -c 1-32; }
xargs -r -d '\n' grep -lF -e "$(hash_of "$out")" -e "$(hash_of "$intermediates")" \
  -e "$(hash_of "$orthrusCache")" -e "$NIX_BUILD_TOP" -e "${tree%/*}" -- <"$intermediates/kept" >"$work/naming" || :
[ ! -s "$work/naming" ] || unusable "$(head -n 1 "$work/naming") names \$out or the build directory"

# -MMD leaves out what is found as a system header, even if it is one of ours.
hidden='-isystem|-idirafter|system_header|INCLUDE_PATH'
if env | grep -qE -e "$hidden" || grep -rqE -e "$hidden" "$orthrusSource" "$buildPath" "$installPath"; then
  echo "-isystem or the like" >"$intermediates/hidden"
fi

pack() { tar --format=pax --pax-option=delete=atime,delete=ctime --owner=0 --group=0 --numeric-owner --verbatim-files-from "$@"; }
pack -cf "$intermediates/objects.tar" -T "$intermediates/kept"
pack -cf "$intermediates/records.tar" -C "$work/record" -T "$work/records"

cp "$work/products" "$intermediates/products"
cp "$manifest.files" "$intermediates/files"
cp "$manifest.links" "$intermediates/links"
{
  echo 1
  echo "$orthrusKey"
  sha256sum <"$work/toolchain"
} >"$intermediates/key"
