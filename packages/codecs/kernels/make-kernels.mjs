/**
 * `npm run make:kernels -w packages/codecs`: compiles the loops in this folder to WebAssembly and writes them, as text, to
 * src/internal/kernel-bytes.ts. A test compiles again and compares.
 */
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

const FOLDER = import.meta.dirname;
const TARGET = join(FOLDER, '../src/internal/kernel-bytes.ts');
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];

/** The text of the module that holds the compiled loops. */
export async function makeKernels() {
  let binary = null;
  let messages = '';
  const { error } = await main(
    ['index.ts', ...OPTIONS, '--memoryBase', '32768', '--outFile', 'kernels.wasm'],
    {
      readFile: (name) => {
        try {
          return readFileSync(join(FOLDER, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
      stderr: {
        write: (text) => {
          messages += text;
        },
      },
    },
  );
  if (error !== null || binary === null) throw new Error(`asc: ${messages}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,96}/g);
  return [
    '/** Made by kernels/make-kernels.mjs of the other files there: WebAssembly, as base64. */',
    'export const KERNEL_BYTES: string =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(TARGET, await makeKernels());
