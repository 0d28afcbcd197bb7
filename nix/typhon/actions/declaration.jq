# A branch's name → its jobset's declaration. `{branch}` in the template is the name, escaped as a URL's: `#`, `%` and
# `&` are good in branches' names.
def declaration($template):
  (split("/") | map(@uri) | join("/")) as $branch
  | {flake: true, url: ($template | split("{branch}") | join($branch))};
