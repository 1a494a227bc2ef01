/** `npm run clean`: removes what builds and tests leave, and nothing else; node_modules stays. */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const made = [
  '{packages,apps}/*/{dist,.turbo,*.tsbuildinfo}',
  '{.turbo,coverage,out,*.tsbuildinfo}',
  'node_modules/.cache',
];
for (const path of globSync(made, { cwd: root })) {
  rmSync(join(root, path), { recursive: true, force: true });
}
