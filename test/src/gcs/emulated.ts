/** A fake Cloud Storage to which Google's client is pointed for the duration of a test. */
import { GcsServer } from './gcs-server.ts';

/** Quick, so that tests of faults are. */
export const quick = { attempts: 4, firstDelayMs: 1, silenceMs: 400 };

export async function withGcs(
  run: (server: GcsServer) => Promise<void>,
  pageSize?: number,
): Promise<void> {
  const server = await GcsServer.start(pageSize);
  const before = process.env['STORAGE_EMULATOR_HOST'];
  process.env['STORAGE_EMULATOR_HOST'] = server.host;
  try {
    await run(server);
  } finally {
    if (before === undefined) delete process.env['STORAGE_EMULATOR_HOST'];
    else process.env['STORAGE_EMULATOR_HOST'] = before;
    await server.close();
  }
}
