/** What a store elsewhere must be able to do: say what it holds, and hand out a file. */

export interface RemoteFile {
  /** For messages, and different for different contents where the store can tell. */
  readonly place: string;
  /** Relative to its version's folder. */
  readonly name: string;
  readonly sizeBytes: number | null;
  /** null: the store does not say. */
  readonly sha256: string | null;
  /** In base64, as Cloud Storage has it. */
  readonly md5: string | null;
  /** The same, for what has no MD5; checked by `read`. */
  readonly crc32c: string | null;
}

/** Files of a version by their name. */
export type RemoteVersion = ReadonlyMap<string, RemoteFile>;

export interface RemoteModel {
  readonly versions: ReadonlyMap<number, RemoteVersion>;
  /** What lies there and is no version, a sentence each. */
  readonly notes: readonly string[];
}

/** Models by identifier. */
export type RemoteListing = ReadonlyMap<string, RemoteModel>;

export interface RemoteFiles {
  readonly uri: string;
  /**
   * @param before what it gave last, which it may give again
   * @throws WindrowError MODEL where the store does not answer, or not rightly
   */
  list(before: RemoteListing | null): Promise<RemoteListing>;
  /**
   * Its bytes.
   * @throws as `list`, and where the store tells that they are others
   */
  read(file: RemoteFile): AsyncIterable<Uint8Array>;
}
