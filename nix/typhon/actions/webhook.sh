# A push in the form of GitHub's webhook → what Typhon shall do, with admin rights: so nothing is done before the
# signature has been checked, and nothing in the body is ever more than a string. What fails prints nothing, which
# Typhon answers with 400. Commands and their form: typhon-ci/typhon, nix/lib/common/mkWebhook.nix (e4f11b3).
delivery=$(cat)

signed=$(printf '%s' "$delivery" | jq -r '.input.headers["x-hub-signature-256"] // ""')
secret=$(printf '%s' "$delivery" | jq -r '.secrets.github_webhook_secret // ""')
[ -n "$secret" ] || refuse 'the secrets have no github_webhook_secret'
computed=$(printf '%s' "$delivery" | jq -j '.input.body' | hmac "$secret")
[ "$signed" = "sha256=$computed" ] || refuse 'the signature is wrong'

printf '%s' "$delivery" | jq -c --arg url "$url" "$declaration"'
  def none: test("^0+$");
  def commands:
    if .ref | startswith("refs/heads/") | not then []
    else
      (.ref | ltrimstr("refs/heads/")) as $name
      | {command: "EvaluateJobset", name: $name} as $evaluate
      | if .before | none then [{command: "NewJobset", name: $name, decl: ($name | declaration($url))}, $evaluate]
        elif .after | none then [{command: "DeleteJobset", name: $name}]
        else [$evaluate]
        end
    end;
  if .input.headers["x-github-event"] == "push" then .input.body | fromjson | commands else [] end'
