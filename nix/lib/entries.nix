# The cache file: null, or an attribute set of one entry a job, `{ drv; from; path; }` or just a path.
# Returns a function from a job's name to its entry or null. An entry is checked only when its job asks
# for it, so that one bad entry does not stop the jobs beside it.
{ src, cacheFile }:
let
  file = src + "/${cacheFile}";
  content = if builtins.pathExists file then import file else null;

  refuse = what: throw "orthrus: ${cacheFile}: ${what}";

  entries =
    if content == null then
      { }
    else if builtins.isAttrs content then
      content
    else
      refuse "expected null or one entry a job, found a ${builtins.typeOf content}";

  isStorePath =
    value:
    builtins.isString value
    && builtins.match "${builtins.storeDir}/[0-9a-z]{32}-[0-9a-zA-Z+._?=-]+" value != null;

  check =
    name: entry:
    let
      refuseEntry = what: refuse "entry ${builtins.toJSON name}: ${what}";
      field =
        key: nullable:
        let
          value = entry.${key} or (refuseEntry "${key} is missing");
        in
        if isStorePath value || (nullable && value == null) then
          value
        else
          refuseEntry "${key} is not ${if nullable then "null or " else ""}a store path";
      checked = {
        drv = field "drv" true;
        from = field "from" true;
        path = field "path" false;
      };
    in
    if entry == null then
      null
    else if builtins.isString entry then
      check name {
        drv = null;
        from = null;
        path = entry;
      }
    else if builtins.isAttrs entry then
      # All of it, also what this evaluation will not need.
      builtins.deepSeq checked checked
    else
      refuseEntry "expected an attribute set or a path in quotes, found a ${builtins.typeOf entry}";
in
name: check name (entries.${name} or null)
