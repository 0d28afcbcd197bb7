# shellcheck shell=sh
#   manifest.sh TREE PREFIX
# PREFIX.files: a line a file, `x` (executable) or `f`, sha256, path.
# PREFIX.links: a line a symbolic link or empty directory.
# PREFIX.odd:   names that no line of those can hold; empty for most trees.

cd "$1"
sums() {
  find . -type f "$@" -printf '%P\0' | xargs -0 -r sha256sum --
}
{
  sums -perm /111 | sed 's/^/x /'
  sums ! -perm /111 | sed 's/^/f /'
} | sort >"$2.files"
find . \( -type l -printf 'link %P -> %l\n' \) -o \( -type d -empty -printf 'empty %P\n' \) | sort >"$2.links"
find . \( -name '*
*' -o -name '*\\*' -o -name '*	*' \) -printf 'x\n' >"$2.odd"
