# What a job is called with when there is no cache. Its store path comes from its name and its (empty)
# content alone, so it is the same one for every repository and every commit.
builtins.path {
  path = ./.;
  name = "orthrus-empty";
  filter = _: _: false;
}
