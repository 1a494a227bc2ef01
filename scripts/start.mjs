/** `npm start`: installs what is missing and runs the demo: simulated lines, scored by the bundled model. */
import { join } from 'node:path';
import { runSource } from '../packages/cli/bin/launch.mjs';
import { install, root } from './install.mjs';

try {
  install();
  await runSource(join(root, 'apps', 'backfill', 'src', 'demo.ts'), process.argv.slice(2), 'small');
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
