# shellcheck shell=sh
# Prints what tells this machine's toolchain from another's. Objects are kept only under the same one.
#
# Sizes and times stand for content: packages keep them, and to read it all would take longer than most builds.

for tool in cc c++ gcc g++ clang clang++ as ld ar make; do
  file=$(command -v "$tool") || continue
  readlink -f "$file"
  "$tool" --version 2>&1 | head -n 1
done

# Whatever else on PATH compiles. Programs that only generate need not be here: what they make is not kept.
echo "$PATH" | tr : '\n' | while read -r folder; do
  [ ! -d "$folder" ] || find -L "$folder" -maxdepth 1 -type f \
    \( -name '*cc' -o -name '*cc-[0-9]*' -o -name '*++*' -o -name '*clang*' -o -name '*fortran*' -o -name 'nasm' \
    -o -name 'yasm' -o -name 'as' -o -name 'ld' -o -name 'objcopy' -o -name 'strip' -o -name 'make' \) -printf '%p %s %T@\n'
done | sort

# What compilers read beside the sources. Dependency files made with -MMD leave system headers out.
for folder in /usr/include /usr/local/include /usr/lib/gcc /usr/lib/clang /usr/lib/llvm-*/lib/clang; do
  [ ! -d "$folder" ] || find "$folder" ! -type d -printf '%p %s %T@ %l\n'
done | sort

# Code for "this processor" is for no other.
if env | grep -qF '=native' || grep -rqF -e '=native' "$orthrusSource" "$buildPath" "$installPath"; then
  grep -m 1 -e '^flags' -e '^Features' /proc/cpuinfo || :
  grep -m 1 '^model name' /proc/cpuinfo || :
fi
