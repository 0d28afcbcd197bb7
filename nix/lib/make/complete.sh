# shellcheck shell=sh
#   complete.sh WORK TREE
# Lists the build's products in WORK/products; fails if one of the last build's is missing.
#
# A rule that makes an object may make something beside it that make does not know of. Where the object
# stands, that is not made again, and the build has to start over without it.

work=$1
tree=$2

sed 's/^.\{68\}//' "$work/manifest.files" | sort >"$work/sources"
(cd "$tree" && find . -type f -printf '%P\n') | sort | comm -13 "$work/sources" - >"$work/products"

if [ -s "$work/standing" ]; then
  comm -23 "$orthrusCache/products" "$work/products" >"$work/missing"
  if [ -s "$work/missing" ]; then
    echo "orthrus: cold: $(head -n 1 "$work/missing") was not made again" >&2
    rm "$work/standing"
    exit 1
  fi
fi
