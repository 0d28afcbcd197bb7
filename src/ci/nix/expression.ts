/**
 * What is evaluated. All that varies comes in as arguments, so nothing is ever pasted into Nix code (C12, F5).
 *
 * The answer is itself a derivation, never built, for two reasons. It holds every job's derivation as a source, so
 * one GC root on it holds them all, and the caches they start from, until they have been built; and
 * `nix-instantiate --add-root` makes that root before it ends, so there is no moment at which a collection could
 * take them. The list of jobs travels in its environment as JSON: a list, since a set with an attribute `outPath`, and a
 * job may have any name, would be printed as that attribute.
 */
export const expression = `{ url, attribute }:
let
  wanted = builtins.foldl'
    (found: name: if found != [ ] && builtins.isAttrs (builtins.head found) && builtins.head found ? \${name}
      then [ (builtins.head found).\${name} ] else [ ])
    [ (builtins.getFlake url) ]
    (builtins.fromJSON attribute);
  jobs = builtins.head wanted;
  isDerivation = value: builtins.isAttrs value && value ? type && value.type == "derivation";
  kind = value: if isDerivation value then "derivation" else builtins.typeOf value;
  describe = name: let job = jobs.\${name}; in
    if isDerivation job
    then { inherit name; drv = builtins.unsafeDiscardOutputDependency job.drvPath; }
    else { inherit name; type = kind job; };
  result =
    if wanted == [ ] then { problem = "absent"; }
    else if kind jobs != "set" then { problem = "not-a-set"; type = kind jobs; }
    else { jobs = map describe (builtins.attrNames jobs); };
in
derivation { name = "orthrus-evaluation"; system = "none"; builder = "none"; result = builtins.toJSON result; }
`;
