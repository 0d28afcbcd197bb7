# awk -f accounted.awk ALL-FILES MAP CLAIMS
# → of the claims (see dependencies.awk) those of objects that are accounted for in full, under canonical names:
# everything they were made from is a file of the tree, of the store, or a system header (see toolchain.sh).

BEGIN { FS = OFS = "\t" }
FILENAME == ARGV[1] { file[$0] = 1; next }
FILENAME == ARGV[2] { canonical[$1] = $2; next }
$1 == "fails" { fails[$2] = 1; next }
$1 == "tells" { tells[++told] = $0; next }
{
  name = canonical[$3]
  if (name in file) known = 1
  else known = name ~ /^\/nix\/store\// || name ~ /^\/usr\/(include|local\/include|lib\/gcc)\//
  if (!known) fails[$2] = 1
  needs[++needed] = $1 OFS $2 OFS name
  from[$2] = 1
}
END {
  for (i = 1; i <= needed; i++) {
    split(needs[i], part, OFS)
    if (!(part[2] in fails)) print needs[i]
  }
  for (i = 1; i <= told; i++) {
    split(tells[i], part, OFS)
    if (!(part[3] in fails) && (part[3] in from)) print tells[i]
  }
}
