/** Whose a folder under construction is, so that what a run that was killed left behind can be told from what a run is building. */
export interface RunOwner {
  /** Of this run: letters, digits, `_` and `-`, such as the host's name and the process id. */
  readonly name: string;
  /** Whether the run of that name has certainly ended; false where that cannot be known, as of another host. */
  readonly hasEnded: (name: string) => boolean;
}
