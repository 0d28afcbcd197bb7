# awk -f beside.awk OBJECTS PRODUCTS → fails, object (see dependencies.awk)
# for each object beside which its compilation left more than a dependency file (coverage notes, split debug
# information, stack usage, listings): it would not be made again where the object stands.

BEGIN { OFS = "\t" }
FILENAME == ARGV[1] {
  object[substr($0, 1, length($0) - 2)] = $0
  next
}
/\.(o|d|Po|Plo|dep)$/ { next }
{
  name = $0
  # "a/b.c.gcno" is beside "a/b.c.o" and "a/b.o". A program "a/b" is not beside "a/b.o": it is linked from it.
  while (sub(/\.[^.\/]*$/, "", name)) if (name in object) print "fails", object[name]
}
