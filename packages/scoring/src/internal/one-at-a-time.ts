/** Things that must not happen side by side, such as loading two models, which would take the memory of both files. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `act` when what was asked for before is over, well or not. */
  run<T>(act: () => Promise<T>): Promise<T> {
    const run = this.#last.then(act);
    this.#last = run.catch(() => {});
    return run;
  }
}
