const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** A text as Rust's `{:?}` prints it. */
export function rustDebug(text: string): string {
  // eslint-disable-next-line no-control-regex -- those are what is escaped
  const escaped = text.replaceAll(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return escapes[character] ?? `\\u{${code.toString(16)}}`;
  });
  return `"${escaped}"`;
}

/** How Typhon words it when Nix refuses: the standard error as one escaped text. It is also the log of the evaluation. */
export function nixError(args: readonly string[], stderr: string): string {
  const words = ['nix', ...args].map(rustDebug).join(' ');
  return `Evaluation error: NixCommand {
    cmd: ${rustDebug(`Command { std: ${words}, kill_on_drop: true }`)},
    stdout: "",
    stderr: ${rustDebug(stderr)},
}`;
}
