# awk -f dependencies.awk OBJECTS DEPENDENCY-FILES
# Reads the dependency files as GCC and Clang write them. Prints
#   needs, object, name of a file it was made from     name: relative to the tree, or absolute
#   tells, dependency file, object
#   fails, object                                      what it was made from is not certain
#
# A dependency file's names are relative to the directory its compiler ran in, which it does not say. It is the one
# directory above the file from which its target is an object of ours; if several are, none is certain.

BEGIN {
  OFS = "\t"
  while ((getline line < ARGV[1]) > 0) object[line] = 1
  while ((getline file < ARGV[2]) > 0) read_rules(file)
}

function read_rules(file,   line, rule) {
  rule = ""
  while ((getline line < file) > 0) {
    if (line ~ /\\$/) {
      rule = rule substr(line, 1, length(line) - 1) " "
      continue
    }
    read_rule(file, rule line)
    rule = ""
  }
  if (rule != "") read_rule(file, rule)
  close(file)
}

function read_rule(file, rule,   colon, targets, words, word, count, i, certain) {
  colon = match(rule, /:([ \t]|$)/)
  if (!colon) return
  targets = substr(rule, 1, colon - 1)
  # A name with a blank, a dollar or a hash is escaped; make itself can hardly handle it.
  certain = rule !~ /[\\$#%]/
  count = split(targets, word, /[ \t]+/)
  words = substr(rule, colon + 1)
  for (i = 1; i <= count; i++) if (word[i] != "") read_target(file, word[i], words, certain)
}

function read_target(file, target, words, certain,   folder, found, where, path, word, count, i) {
  sub(/^(\.\/)+/, "", target)
  if (target ~ /^\// || target ~ /(^|\/)\.\.(\/|$)/) return
  folder = file
  found = 0
  do {
    if (!sub(/\/[^\/]*$/, "", folder)) folder = ""
    path = folder == "" ? target : folder "/" target
    if (path in object) {
      found++
      candidate[found] = path
      where = folder
    }
  } while (folder != "")
  if (found != 1) certain = 0
  for (i = 1; i <= found; i++) {
    if (certain) print "tells", file, candidate[i]
    else print "fails", candidate[i]
  }
  if (!certain) return
  count = split(words, word, /[ \t]+/)
  for (i = 1; i <= count; i++) {
    if (word[i] == "") continue
    print "needs", candidate[1], (word[i] ~ /^\// || where == "") ? word[i] : where "/" word[i]
  }
}
