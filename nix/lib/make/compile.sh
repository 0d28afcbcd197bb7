# shellcheck shell=sh disable=SC2154
# A compiler's wrapper: keeps the object of the last build if the preprocessed text and the arguments are
# the same. Sourced by the scripts that wrappers.sh writes, which set work, tree, real and lines.
#
# What it does not know for certain it leaves to the compiler: only the options below, of which none makes
# the object depend on more than text and arguments, or writes anything beside it but a dependency file.

compile= object= dependencies= target= dependency_file= expected= inputs=0 plain=yes
for arg do
  if [ -n "$expected" ]; then
    case $expected in
      -o) object=$arg ;;
      -MF) dependency_file=$arg ;;
      -MT | -MQ) target=given ;;
    esac
    expected=
    continue
  fi
  case $arg in
    -c) compile=yes ;;
    -o | -MF | -MT | -MQ | -I | -D | -U | -include | -iquote | -isystem) expected=$arg ;;
    -MD | -MMD) dependencies=yes ;;
    # Comments and white space take part in warnings, so under -Werror in the verdict.
    -Werror* | -W[alp],* | -Wsystem-headers) plain= ;;
    -gsplit-dwarf | -gz*) plain= ;;
    -g*) lines=bound ;;
    -mrecord-mcount | -mno-*-file | -m*=*.*) plain= ;;
    -MP | -I?* | -D?* | -U?* | -O* | -W* | -w | -std=* | -ansi | -pedantic | -pthread | -pipe | -m*) ;;
    -fPIC | -fpic | -fPIE | -fpie | -fno-* | -fvisibility* | -fomit-frame-pointer | -fstrict-* | -fexceptions) ;;
    -frtti | -fwrapv | -ffast-math | -fstack-protector* | -fdata-sections | -ffunction-sections) ;;
    -fsigned-char | -funsigned-char | -fcommon | -finline-functions | -fmessage-length=* | -fdiagnostics-color*) ;;
    -ffile-prefix-map=* | -fmacro-prefix-map=* | -fdebug-prefix-map=*) ;;
    -*) plain= ;;
    *.c | *.cc | *.cp | *.cpp | *.cxx | *.c++ | *.C) inputs=$((inputs + 1)) ;;
    *) plain= ;;
  esac
done

here=$(pwd -P)
case $object in
  /* | ../* | */../*) plain= ;;
  *.o) ;;
  *) plain= ;;
esac
case $here/ in
  "$tree"/*) ;;
  *) plain= ;;
esac
if [ -z "$plain" ] || [ -z "$compile" ] || [ "$inputs" != 1 ]; then
  exec "$real" "$@"
fi

folder=${here#"$tree"}
folder=${folder#/}
name=${folder:+$folder/}${object#./}
record=$work/record/$name
scratch=$work/tmp/$$

# The same command, as far as the text. Its dependency file is the one that compiling would write.
preprocess() {
  skip=
  for arg do
    shift
    if [ -n "$skip" ]; then
      skip=
      continue
    fi
    case $arg in
      -c) continue ;;
      -o | -MF)
        skip=yes
        continue
        ;;
    esac
    set -- "$@" "$arg"
  done
  [ -z "$dependencies" ] || set -- "$@" -MF "$scratch.d"
  [ -z "$dependencies" ] || [ -n "$target" ] || set -- "$@" -MQ "$object"
  "$real" "$@" -E
}

# The exit status of each step counts: half a text has a hash as well.
hash=
if preprocess "$@" >"$scratch.i" 2>/dev/null; then
  # What reads more than the text, or is told the line it stands on.
  if grep -qE '\.incbin|\.include|#[[:space:]]*embed|#pragma GCC pch' "$scratch.i"; then
    lines=never
  elif grep -qE '__builtin_(LINE|FILE|source_location)|(^|[^A-Za-z0-9_])(u8|u|U|L)?R"[^ ()\\]*\(' "$scratch.i"; then
    lines=bound
  fi
  if [ "$lines" != never ] && printf '%s\n' "$real" "$folder" "$#" "$@" >"$scratch.text"; then
    if [ "$lines" = free ]; then
      # Without line markers and empty lines: a comment more or less is the same text.
      sed -e '/^# [0-9]/d' -e '/^[[:space:]]*$/d' "$scratch.i" >>"$scratch.text" && hash=$(sha256sum <"$scratch.text")
    else
      cat "$scratch.i" >>"$scratch.text" && hash=$(sha256sum <"$scratch.text")
    fi
    hash=${hash%% *}
  fi
fi

status=
kept_hash=
if [ -n "$hash" ] && [ -e "$record" ]; then read -r kept_hash _ <"$record"; fi
if [ -n "$hash" ] && [ "$hash" = "$kept_hash" ] && [ -e "$work/kept/$name" ]; then
  if cp "$work/kept/$name" "$object"; then
    status=0
    [ -z "$dependencies" ] || cp "$scratch.d" "${dependency_file:-${object%.*}.d}" || status=1
    [ "$status" != 0 ] || echo "orthrus: same: $name" >&2
  fi
fi

if [ "$status" != 0 ]; then
  rm -f "$record"
  status=0
  "$real" "$@" || status=$?
  if [ "$status" = 0 ] && [ -n "$hash" ] && sum=$(sha256sum <"$object"); then
    mkdir -p "${record%/*}" && echo "$hash ${sum%% *}" >"$record.$$" && mv "$record.$$" "$record"
  fi
fi
rm -f "$scratch.d" "$scratch.i" "$scratch.text"
exit "$status"
