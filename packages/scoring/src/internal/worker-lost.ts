/** A worker died while it had something to do. What it had may be done again by another. */
import { RunFailure } from './run-failure.ts';

export class WorkerLost extends RunFailure {
  constructor(message: string) {
    super('worker', message);
  }
}
