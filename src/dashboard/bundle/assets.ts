/** A file that pages load. Its name holds a hash of what is in it, so it never changes. */
export interface AssetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Which files the pages load, by their names. */
export interface AssetNames {
  /** The one style sheet. */
  readonly style: string;
  /** By the pages' entries. */
  readonly scripts: Readonly<Record<string, ScriptNames>>;
}

export interface ScriptNames {
  readonly entry: string;
  /** What it imports: parts that several pages share. */
  readonly shared: readonly string[];
}

export interface Assets extends AssetNames {
  readonly files: ReadonlyMap<string, AssetFile>;
}
