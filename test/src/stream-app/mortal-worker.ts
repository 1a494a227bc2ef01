/**
 * Put before everything else in windrow-stream (`NODE_OPTIONS=--import`): its scoring workers end when there is a file `end` in the folder
 * MORTAL_WORKERS, and do not begin while there is a file `wait`.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const LOOK_MS = 20;
const folder = process.env['MORTAL_WORKERS'];

if (!isMainThread && folder !== undefined) {
  const blocked = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(join(folder, 'wait'))) Atomics.wait(blocked, 0, 0, LOOK_MS);
  setInterval(() => {
    if (!existsSync(join(folder, 'end'))) return;
    rmSync(join(folder, 'end'));
    process.exit(3);
  }, LOOK_MS).unref();
}
