# A derivation's input out of a store path that was read from a file, in pure evaluation, where
# builtins.storePath is refused. The path has to be valid (or to be had from a substituter): otherwise
# the evaluation ends with an error that names it, and that tryEval does not catch.
path: builtins.appendContext path { ${path} = { path = true; }; }
