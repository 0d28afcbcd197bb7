# awk -f settled.awk UNCHANGED DEPENDENCIES DEPENDENCY-FILES
# → the objects whose every dependency is outside the tree or an unchanged source, and their dependency files.

BEGIN { FS = "\t" }
FILENAME == ARGV[1] { unchanged[$0] = 1; next }
FILENAME == ARGV[2] {
  object[$1] = 1
  if ($2 !~ /^\// && !($2 in unchanged)) unsettled[$1] = 1
  next
}
($2 in object) && !($2 in unsettled) { file[$1] = 1 }
($2 in unsettled) { mixed[$1] = 1 }
END {
  for (o in object) if (!(o in unsettled)) print o
  # One that also speaks of an object that does not stand would be a promise nobody keeps.
  for (f in file) if (!(f in mixed)) print f
}
