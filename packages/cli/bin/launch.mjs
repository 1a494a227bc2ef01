/**
 * Starts a Windrow command, whatever Node was found on the PATH.
 *
 * In a checkout the command runs from `src/`, without a build, under Node >= 24 (the pinned one where the running Node is
 * older); installed as a package it runs from `dist/`. Where the running Node can replace itself
 * (`process.execve`), it does: the job keeps this process's id, so that signals reach the job itself.
 *
 * Plain JavaScript without dependencies, for Node >= 20.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_MAJOR_MIN, findNode, majorOf } from './pinned-node.mjs';

const EXIT_CONFIGURATION = 2;
/**
 * How V8 keeps its heap.
 *
 * - `small`, for jobs that run long and mostly work in buffers: V8 lets its heap grow with the length of a run, by collecting less and less
 *   often (thirty days of samples took 40 % more memory than three); this takes a third off the peak of a backfill, for a tenth more CPU.
 * - `steady`, for jobs that answer while they run: with `small` a stream of 150 000 samples a second had a full collection every eight
 *   seconds, of 8 ms and many small steps, and took a quarter more CPU; so it is every seventeen seconds, of 3 ms, for a fifth more memory.
 * - `plain`: as V8 does it by itself; where much comes and goes outside of the heap, as the blocks of an embedded database, `small`
 *   collects all the time (a training set out of ClickHouse took 36 % more CPU).
 *
 * @typedef {'small' | 'steady' | 'plain'} Heap
 */
/** @type {Readonly<Record<Heap, readonly string[]>>} */
const HEAP_FLAGS = {
  small: ['--optimize-for-size', '--min-semi-space-size=8', '--max-semi-space-size=8'],
  steady: ['--min-semi-space-size=8', '--max-semi-space-size=8'],
  plain: [],
};

/**
 * The flags that a program runs with.
 * @param {Heap} heap
 * @returns {readonly string[]}
 */
export function nodeFlags(heap) {
  return [
    ...HEAP_FLAGS[heap],
    // For moments at which much is garbage at once.
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
  ];
}

/**
 * What every command runs with in its environment, where that says nothing else. glibc gives threads arenas of their own, eight a core:
 * what one thread frees, another cannot use, and a run takes a tenth more memory the longer it lasts. ONNX Runtime reports nothing to its
 * maker, in whichever thread it is loaded first (see turn-reports-off.ts of @windrow/scoring).
 */
const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', ORT_DISABLE_TELEMETRY: '1' };
/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * What a program of a checkout runs with in its environment, where that says nothing else: also where Node keeps what it compiled.
 * Without that each start, and each start of a thread, strips and compiles some 400 files, for 0.3 s. It lies beside the dependencies, in a
 * folder of whoever installed them; where nobody may write there, Node goes on without.
 * @param {string} from a folder of the checkout
 * @returns {Readonly<Record<string, string>>}
 */
export function nodeEnvironment(from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (!existsSync(modules)) continue;
    return { ...NODE_ENVIRONMENT, NODE_COMPILE_CACHE: join(modules, '.cache', 'windrow-node') };
  }
  return NODE_ENVIRONMENT;
}

/**
 * Runs the command whose file in `bin/` is `binUrl`, with the arguments of this process.
 * @param {string} binUrl `import.meta.url` of `<app>/bin/<command>.mjs`
 * @param {Heap} heap
 */
export async function launch(binUrl, heap = 'plain') {
  const app = dirname(dirname(fileURLToPath(binUrl)));
  const source = join(app, 'src', 'main.ts');
  const built = join(app, 'dist', 'main.js');
  // Node strips types from no file below node_modules, so an installed package runs its build even if src came along.
  const checkout = !app.split(sep).includes('node_modules') && existsSync(source);
  if (checkout) {
    await runSource(source, process.argv.slice(2), heap);
  } else if (!existsSync(built)) {
    fail(`${app}: found neither src/main.ts nor dist/main.js; the package is not complete`);
  } else if (majorOf(process.version) < NODE_MAJOR_MIN) {
    fail(`found Node ${process.version}, expected ${NODE_MAJOR_MIN} or newer`);
  } else {
    const program = [built, ...process.argv.slice(2)];
    await runNode(process.execPath, nodeFlags(heap), program, NODE_ENVIRONMENT);
  }
}

/**
 * Runs a TypeScript file of the checkout and ends this process as that run ends. With `process.execve` it does not return.
 * @param {string} source absolute path
 * @param {readonly string[]} args
 * @param {Heap} heap
 */
export async function runSource(source, args, heap) {
  const node = findNode(dirname(source));
  if (node === null) {
    fail(
      `found Node ${process.version} and no pinned one beside the project, expected ${NODE_MAJOR_MIN} or newer: run "npm ci", or install Node ${NODE_MAJOR_MIN}`,
    );
    return;
  }
  const flags = ['--conditions=windrow-source', ...nodeFlags(heap)];
  await runNode(node, flags, [source, ...args], nodeEnvironment(dirname(source)));
}

/**
 * In place of this process where that is possible, else as a child.
 * @param {string} node
 * @param {readonly string[]} flags
 * @param {readonly string[]} program the file, and its arguments
 * @param {Readonly<Record<string, string>>} defaults of its environment
 */
async function runNode(node, flags, program, defaults) {
  const environment = { ...defaults, ...process.env };
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    // Its own warning would be printed on the next turn of the event loop, which never comes.
    process.execve(node, [node, ...flags, ...program], environment);
  }
  await runChild(node, [...flags, '--import', followParent, ...program], environment);
}

const followParent = new URL('./follow-parent.mjs', import.meta.url).href;

/**
 * Runs a process on our own streams, hands signals on, and takes over its exit code.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 */
function runChild(file, args, env) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole group: the job has it already, and a second one would mean "at once".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on('error', (error) => {
      fail(`${file}: ${error.message}`);
      resolve();
    });
    child.on('exit', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      // Ends as the job ended, so that a caller sees the same signal.
      if (signal !== null) process.kill(process.pid, signal);
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exitCode = EXIT_CONFIGURATION;
}
