/**
 * To be called when much is garbage at once: after the last slice, what it held in typed arrays, tens of megabytes that V8 hardly sees. It
 * costs some 10 ms, and after it code that is compiled anew, so not after every slice.
 */
export function collectGarbage(): void {
  // There where the process was started with --expose-gc, as the commands are.
  globalThis.gc?.();
}
