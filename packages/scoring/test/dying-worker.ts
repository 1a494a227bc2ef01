/** A scoring worker that dies when the first number of what it is to run is `POISON`. */
import { exit } from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from '../src/internal/worker-messages.ts';
import { POISON } from './poison.ts';

parentPort!.on('message', (request: WorkerRequest) => {
  if (request.kind !== 'run') return;
  if (Object.values(request.feeds).some(({ data }) => data[0] === POISON)) exit(3);
});
await import('../src/internal/score-worker.ts');
