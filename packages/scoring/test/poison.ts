/** What kills a `dying-worker.ts`. */
export const POISON = 666;
