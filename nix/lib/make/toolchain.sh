# shellcheck shell=sh
# Prints what tells this machine's toolchain from another's. Objects are kept only under the same one.

for tool in cc c++ gcc g++ clang clang++ cpp as ld ar ranlib make; do
  file=$(command -v "$tool") || continue
  stat -L -c "$tool %s %Y" "$file"
  readlink -f "$file"
  "$tool" --version 2>&1 | head -n 1
done

# Dependency files made with -MMD leave system headers out. Sizes and times stand for their content:
# packages keep them, and reading all of it would take longer than most builds.
for folder in /usr/include /usr/local/include /usr/lib/gcc; do
  [ ! -d "$folder" ] || find "$folder" ! -type d -printf '%p %s %T@ %l\n' | sort
done

# Code for "this processor" is for no other.
if env | grep -qF '=native' || grep -rqF -e '=native' "$orthrusSource" "$buildPath" "$installPath"; then
  grep -m 1 -e '^flags' -e '^Features' /proc/cpuinfo || :
  grep -m 1 '^model name' /proc/cpuinfo || :
fi
