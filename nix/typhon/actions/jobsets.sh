# The repository's branches → jobsets, all pages of them: Typhon deletes every jobset that is not named here, and the
# stock action reads the first thirty branches. So, too, all or nothing: what fails half-way prints nothing. With
# incremental builds a jobset is a branch that is built as itself, or a cache branch; never a pull request's own.
# Form: typhon-ci/typhon, nix/lib/common/mkJobsets.nix (e4f11b3).
token=$(jq -r '.secrets.github_token // ""')

branches=
page=1
while :; do
  # The token goes in by a pipe, as the secret in hmac.sh.
  batch=$(
    if [ -n "$token" ]; then printf 'Authorization: Bearer %s\n' "$token"; fi |
      curl -qsSf --max-time 30 --retry 3 --cacert "$cacert" -H 'Accept: application/vnd.github+json' -H @- \
        "$repository/branches?per_page=100&page=$page"
  )
  branches+=$batch
  [ "$(printf '%s' "$batch" | jq length)" -eq 100 ] || break
  page=$((page + 1))
done

printf '%s' "$branches" | jq -cs --arg url "$url" --argjson only "$only" "$declaration"'
  def wanted: . as $name | $only == null
    or any($only.names[]; . == $name)
    or any($only.prefixes[]; . as $prefix | $name | startswith($prefix));
  add | map(.name | select(wanted) | {key: ., value: declaration($url)}) | from_entries'
