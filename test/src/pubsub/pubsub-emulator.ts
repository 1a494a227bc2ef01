/** Google's own emulator, where it is installed: a jar and a java. docs/PUBSUB.md says how to install it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';

/** Where the Debian package `google-cloud-cli-pubsub-emulator` puts it, below the root of Google's SDK. */
const FOLDER = 'platform/pubsub-emulator/lib';
const DEBIAN_SDK = '/usr/lib/google-cloud-sdk';
const START_MS = 30_000;

const java = onPath('java');
const jar = findJar();
export const hasEmulator: boolean = java !== null && jar !== null;
/** For the names of suites that need it. */
export const NO_EMULATOR: string = hasEmulator
  ? ''
  : ' (skipped: google-cloud-cli-pubsub-emulator or java is not installed)';

/** A running emulator: `host:port`, and how to end it. */
export interface PubSubEmulator {
  readonly host: string;
  stop(): Promise<void>;
}

export async function startEmulator(): Promise<PubSubEmulator> {
  const port = await freePort();
  const process = spawn(java!, ['-Xmx512m', '-jar', jar!, '--host=127.0.0.1', `--port=${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  };
  try {
    await started(process, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: `127.0.0.1:${port}`, stop };
}

function started(process: ChildProcess, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string): void => reject(new Error(`${what}: ${said.slice(-1000)}`));
    const timer = setTimeout(() => fail('the emulator did not start'), START_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (!said.includes(`listening on ${port}`)) return;
      clearTimeout(timer);
      resolve();
    };
    process.stdout?.on('data', hear);
    process.stderr?.on('data', hear);
    process.once('exit', () => fail('the emulator ended'));
  });
}

function findJar(): string | null {
  const gcloud = onPath('gcloud');
  const roots = gcloud === null ? [] : [join(dirname(realpathSync(gcloud)), '..')];
  for (const root of [...roots, DEBIAN_SDK]) {
    const folder = join(root, FOLDER);
    const name = existsSync(folder)
      ? readdirSync(folder).find((file) => /^cloud-pubsub-emulator-.*\.jar$/.test(file))
      : undefined;
    if (name !== undefined) return join(folder, name);
  }
  return null;
}

function onPath(command: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
