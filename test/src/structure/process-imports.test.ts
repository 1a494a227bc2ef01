import { describe, expect, it } from 'vitest';
import { PROCESS_NAMES, processImports } from './process-imports.ts';
import { readPackages } from './workspace.ts';

const PURE = 'packages/windowing/src/a.ts';

describe('imports of node:process', () => {
  it('are those that are allowed, and all of them are needed', () => {
    expect(
      processImports(
        readPackages().flatMap((pkg) => pkg.files),
        PROCESS_NAMES,
      ),
    ).toEqual([]);
  });

  it.each([
    ["import { kill } from 'node:process';", ['kill']],
    ['import { pid } from "process";', ['pid']],
    ["import {\n  env as settings,\n  pid,\n} from 'node:process';", ['env', 'pid']],
    ["export { argv } from 'node:process';", ['argv']],
    ["import host from 'node:process';", ['everything']],
    ["import host, { pid } from 'node:process';", ['everything']],
    ["import * as host from 'node:process';", ['everything']],
    ["const host = await import('node:process');", ['everything']],
  ])('%s is refused', (text, names) => {
    expect(processImports([{ path: PURE, text: `\n${text}\n` }], new Map())).toEqual(
      names.map((name) => expect.stringContaining(`${PURE}:2: found ${name} of `)),
    );
  });

  it.each([
    "// import { kill } from 'node:process';",
    "import { fork } from 'node:child_process';",
    "import { kill } from './process.ts';",
  ])('%s is taken', (text) => {
    expect(processImports([{ path: PURE, text }], new Map())).toEqual([]);
  });

  it.each([
    'apps/stream/src/a.ts',
    'packages/io/test/a.test.ts',
    'packages/cli/src/internal/process-host.ts',
  ])('%s may import it', (path) => {
    expect(
      processImports([{ path, text: "import { pid } from 'node:process';" }], new Map()),
    ).toEqual([]);
  });

  it('are allowed by name', () => {
    const text = "import { hrtime, pid } from 'node:process';";
    expect(processImports([{ path: PURE, text }], new Map([[PURE, ['hrtime']]]))).toEqual([
      expect.stringContaining(`${PURE}:1: found pid of node:process`),
    ]);
  });

  it('that are allowed and not there any more are taken off the list', () => {
    const text = 'export const a = 1;';
    expect(processImports([{ path: PURE, text }], new Map([[PURE, ['pid']]]))).toEqual([
      expect.stringContaining(`${PURE}: pid of node:process`),
    ]);
  });
});
