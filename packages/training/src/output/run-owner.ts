/** Whose a folder under construction is, so that what a run that was killed left behind can be told from what a run is building. */
export interface RunOwner {
  /** Of this run, and of no other: letters, digits, `_` and `-`, such as `processName` gives. */
  readonly name: string;
  /** Whether the run of that name has ended; null where that cannot be told from here, as of another machine. */
  readonly hasEnded: (name: string) => boolean | null;
}
