# shellcheck shell=sh
#   restore.sh WORK TREE
# Puts back what the last build kept, as far as it is certain to be what this one would make.
#
# An object stands in the tree again, with its real time, if every file that its dependency file names is
# an unchanged source. All others stay in WORK/kept, where the compiler's wrapper (compile.sh) takes them
# from when the preprocessed text and the arguments turn out to be the same. Whether the Makefile includes
# its dependency files, and what it regenerates, therefore does not matter.
#
# A file that was added or deleted can change what any compilation finds (a header that shadows another,
# __has_include) or is told (flags made from a list of files): then every object is left to the wrapper.
# A changed file that no dependency file names can change anything (a Makefile, a generator, its input):
# then nothing is used. Nor is it when in doubt.

work=$1
tree=$2
manifest=$work/manifest
delta=$work/delta

cold() {
  echo "orthrus: cold: $1" >&2
  exit 0
}

count() { grep -c "^$1	" "$delta" || :; }
first() { head -n 1 "$1"; }

[ ! -e "$orthrusCache/unusable" ] || cold "$(cat "$orthrusCache/unusable")"
[ -e "$orthrusCache/key" ] || cold "no cache"

{
  read -r scheme
  read -r key
  read -r toolchain
} <"$orthrusCache/key"
[ "$scheme" = 1 ] || cold "kept by another version of these scripts"
[ "$key" = "$orthrusKey" ] || cold "the build's script, environment or toolchain is another"
[ "$toolchain" = "$(sha256sum <"$work/toolchain")" ] || cold "the machine's toolchain is another"

[ ! -s "$manifest.odd" ] || cold "a name with a backslash, a tab or a line break"
cmp -s "$orthrusCache/links" "$manifest.links" || cold "a symbolic link or an empty directory is another"

awk -f "$orthrusScripts/compare.awk" "$orthrusCache/files" "$manifest.files" >"$delta"

cut -f 2 "$orthrusCache/dependencies" | sort -u >"$work/named"
sed -n 's/^changed	//p' "$delta" | sort >"$work/changed"
comm -13 "$work/named" "$work/changed" >"$work/unnamed"
[ ! -s "$work/unnamed" ] || cold "$(first "$work/unnamed") changed, and no dependency file names it"

grep '\.o$' "$orthrusCache/kept" >"$work/objects" || :
sed 's/^.\{68\}//' "$manifest.files" | sort >"$work/sources"
comm -12 "$work/sources" "$orthrusCache/kept" >"$work/clash"
[ ! -s "$work/clash" ] || cold "$(first "$work/clash") was a product, and is a source"

tar -xf "$orthrusCache/objects.tar" -C "$work/kept"
tar -xf "$orthrusCache/records.tar" -C "$work/record"

# Another machine's clock may be ahead of ours: its objects would look newer than what is made now.
touch "$work/now"
find "$work/kept" -type f -newer "$work/now" >"$work/future"
[ ! -s "$work/future" ] || {
  rm -rf "$work/kept" "$work/record"
  mkdir "$work/kept" "$work/record"
  cold "kept files are from the future"
}

# The objects that stand again, and their dependency files.
if grep -q -e '^added' -e '^deleted' "$delta"; then
  check="a file was added or deleted"
elif [ -e "$orthrusCache/hidden" ]; then
  check="dependency files may leave headers out: $(cat "$orthrusCache/hidden")"
else
  check=
fi
if [ -z "$check" ]; then
  comm -23 "$work/sources" "$work/changed" >"$work/unchanged"
  awk -f "$orthrusScripts/settled.awk" "$work/unchanged" "$orthrusCache/dependencies" \
    "$orthrusCache/dependency-files" >"$work/standing"
  (cd "$work/kept" && xargs -r -d '\n' cp -p --parents -t "$tree" -- <"$work/standing")
else
  : >"$work/standing"
fi
grep -e '^changed' -e '^added' "$delta" | cut -f 2 | (cd "$tree" && xargs -r -d '\n' touch --)

echo "orthrus: warm: $(count changed) changed, $(count added) added, $(count deleted) deleted" >&2
[ -z "$check" ] || echo "orthrus: every object is checked: $check" >&2
echo "orthrus: $(grep -c '\.o$' "$work/standing" || :) of $(wc -l <"$work/objects") objects stand" >&2
