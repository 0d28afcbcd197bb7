# shellcheck shell=sh
#   wrappers.sh WORK TREE
# A wrapper in WORK/bin for each compiler that PATH has.

mkdir "$1/bin" "$1/tmp"
for tool in cc c++ gcc g++ clang clang++; do
  real=$(command -v "$tool") || continue
  # GCC's code does not depend on line numbers, but for the cases that compile.sh knows; Clang's may.
  case $("$real" --version 2>&1) in
    *'Free Software Foundation'*) lines=free ;;
    *) lines=bound ;;
  esac
  cat >"$1/bin/$tool" <<END
#!/bin/sh
work='$1' tree='$2' real='$real' lines='$lines'
. '$orthrusScripts/compile.sh'
END
  chmod +x "$1/bin/$tool"
done
