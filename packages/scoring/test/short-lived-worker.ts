/** A scoring worker that dies when it is to run something for the ninth time. */
import { exit } from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from '../src/internal/worker-messages.ts';

let runs = 0;

parentPort!.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && ++runs === 9) exit(3);
});
await import('../src/internal/score-worker.ts');
