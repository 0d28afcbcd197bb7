# HMAC-SHA256 (RFC 2104) of the standard input, in hexadecimal. The key stays inside this shell: given to a program,
# it would stand in an argument list, which every user of the machine can read.
hmac() { # key
  local key inner='' outer='' byte i
  key=$(printf '%s' "$1" | to_hex)
  if [ "${#key}" -gt 128 ]; then key=$(printf '%s' "$1" | digest); fi
  while [ "${#key}" -lt 128 ]; do key+=00; done
  for ((i = 0; i < 128; i += 2)); do
    printf -v byte '%02x' $((16#${key:i:2} ^ 0x36))
    inner+=$byte
    printf -v byte '%02x' $((16#${key:i:2} ^ 0x5c))
    outer+=$byte
  done
  inner=$({ from_hex "$inner" && cat; } | digest)
  from_hex "$outer$inner" | digest
}

digest() { sha256sum | cut -d ' ' -f 1; }

to_hex() { od -An -v -tx1 | tr -d ' \n'; }

from_hex() {
  local i
  for ((i = 0; i < ${#1}; i += 2)); do printf '%b' "\\x${1:i:2}"; done
}
