# awk -f compare.awk OLD.files NEW.files → a line a difference: changed, added or deleted, a tab, the path.

{
  path = substr($0, 69)
  what = substr($0, 1, 66)
}
FILENAME == ARGV[1] { old[path] = what; next }
!(path in old) { print "added\t" path; next }
{
  if (old[path] != what) print "changed\t" path
  delete old[path]
}
END { for (path in old) print "deleted\t" path }
