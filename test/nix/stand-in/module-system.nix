# The parts of nixpkgs' lib that nix/module uses: options, types, mkIf, mkDefault, evalModules. Written from their
# documented behaviour (nixpkgs lib/modules.nix, lib/types.nix); without imports, freeform types and priorities other
# than the defaults'. Definitions are plain values here, without the files they come from.
let
  inherit (builtins)
    all
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    listToAttrs
    mapAttrs
    ;
  show = concatStringsSep ".";
  typeOf = value: value._type or "";

  mkOption = option: option // { _type = "option"; };
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };

  # mkIf around a set → mkIf around each of its values, so that a condition may depend on other options.
  pushDown =
    set:
    if typeOf set == "if" then
      map (mapAttrs (_: mkIf set.condition)) (pushDown set.content)
    else
      [ set ];

  discharge =
    value:
    if typeOf value != "if" then
      [ value ]
    else if value.condition then
      discharge value.content
    else
      [ ];

  # Of several definitions those of the highest priority (the lowest number).
  strongest =
    values:
    let
      priority = value: if typeOf value == "override" then value.priority else 100;
      best = foldl' (so: value: if priority value < so then priority value else so) 9999 values;
      strip = value: if typeOf value == "override" then value.content else value;
    in
    map strip (filter (value: priority value == best) values);

  mergeDefinitions =
    loc: type: definitions:
    let
      values = strongest (concatMap discharge definitions);
      wrong = filter (value: !(type.check value)) values;
    in
    if values == [ ] then
      throw "The option `${show loc}' is used but not defined."
    else if wrong != [ ] then
      throw "A definition for option `${show loc}' is not of type `${type.name}': ${builtins.toJSON wrong}"
    else
      type.merge loc values;

  valuesOf = name: sets: concatMap (set: if set ? ${name} then [ set.${name} ] else [ ]) sets;
  namesOf = sets: attrNames (foldl' (so: set: so // set) { } sets);

  evalOptions =
    loc: options: definitions:
    let
      sets = concatMap pushDown definitions;
      unknown = filter (name: !(options ? ${name})) (namesOf sets);
      evaluate =
        name: option:
        let
          here = loc ++ [ name ];
          given = valuesOf name sets;
          default = if option ? default then [ (mkOverride 1500 option.default) ] else [ ];
        in
        if typeOf option == "option" then
          mergeDefinitions here option.type (default ++ given)
        else
          evalOptions here option given;
    in
    if unknown != [ ] then
      throw "The option `${show (loc ++ [ (builtins.head unknown) ])}' does not exist."
    else
      mapAttrs evaluate options;

  equal =
    loc: values:
    if all (value: value == builtins.head values) values then
      builtins.head values
    else
      throw "The option `${show loc}' has conflicting definition values.";

  plain = name: check: {
    inherit name check;
    merge = equal;
  };
  between =
    low: high:
    plain "integer between ${toString low} and ${toString high}" (
      value: isInt value && value >= low && value <= high
    );

  types = rec {
    bool = plain "boolean" isBool;
    str = plain "string" isString;
    lines = str // {
      merge = _: concatStringsSep "\n";
    };
    strMatching =
      pattern:
      plain "string matching ${pattern}" (
        value: isString value && builtins.match pattern value != null
      );
    enum = values: plain "one of ${builtins.toJSON values}" (value: elem value values) // { inherit values; };
    port = between 0 65535;
    ints.positive = between 1 9223372036854775807;
    package = plain "package" (value: isAttrs value && value.type or "" == "derivation");
    nullOr =
      inner:
      inner
      // {
        name = "null or ${inner.name}";
        check = value: value == null || inner.check value;
        merge =
          loc: values: if all (value: value == null) values then null else inner.merge loc values;
      };
    listOf = inner: {
      name = "list of ${inner.name}";
      check = isList;
      merge = loc: values: map (value: mergeDefinitions loc inner [ value ]) (builtins.concatLists values);
      inherit inner;
    };
    attrsOf = inner: {
      name = "attribute set of ${inner.name}";
      check = isAttrs;
      merge =
        loc: values:
        let
          sets = concatMap pushDown values;
        in
        listToAttrs (
          map (name: {
            inherit name;
            value = mergeDefinitions (loc ++ [ name ]) inner (valuesOf name sets);
          }) (namesOf sets)
        );
      inherit inner;
    };
    submodule = module: {
      name = "submodule";
      check = isAttrs;
      merge = loc: evalOptions loc module.options;
      inherit (module) options;
    };
    # What NixOS's own options take is not looked at here.
    anything = {
      name = "anything";
      check = _: true;
      merge =
        loc: values:
        if length values > 1 && all isAttrs values then
          (attrsOf anything).merge loc values
        else if length values > 1 && all isList values then
          builtins.concatLists values
        else
          equal loc values;
    };
  };

  lib = {
    inherit mkOption mkIf types;
    mkDefault = mkOverride 1000;
    mkEnableOption =
      what:
      mkOption {
        type = types.bool;
        default = false;
        description = "Whether to enable ${what}.";
      };
    literalExpression = text: { inherit text; };
    getExe = package: "${package}/bin/${package.meta.mainProgram}";
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    filterAttrs =
      keep: set:
      listToAttrs (
        map (name: {
          inherit name;
          value = set.${name};
        }) (filter (name: keep name set.${name}) (attrNames set))
      );
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  };
in
{
  inherit lib;

  # Modules are sets with `options` or `config`, or functions to one.
  evalModules =
    { modules, pkgs }:
    let
      load =
        module:
        if builtins.isPath module then
          load (import module)
        else if builtins.isFunction module then
          module { inherit config lib pkgs; }
        else
          module;
      loaded = map load modules;
      options = foldl' (so: module: mergeTrees so (module.options or { })) { } loaded;
      mergeTrees =
        one: other:
        one
        // mapAttrs (
          name: value: if one ? ${name} && typeOf value != "option" then mergeTrees one.${name} value else value
        ) other;
      config = evalOptions [ ] options (map (module: module.config or { }) loaded);
    in
    {
      inherit config options;
    };
}
