import { afterAll, beforeAll, describe } from 'vitest';
import { liveSinkContract } from './live-sink-contract.ts';
import { liveSourceContract } from './live-source-contract.ts';
import { PubSubAdmin } from './pubsub-admin.ts';
import { NO_EMULATOR, hasEmulator, startEmulator, type PubSubEmulator } from './pubsub-emulator.ts';

describe.skipIf(!hasEmulator)(`Pub/Sub, Google's emulator${NO_EMULATOR}`, () => {
  let emulator: PubSubEmulator;
  let admin: PubSubAdmin;

  beforeAll(async () => {
    emulator = await startEmulator();
    admin = new PubSubAdmin(emulator.host);
  });

  afterAll(async () => {
    await admin.close();
    await emulator.stop();
  });

  describe.concurrent('as a source', () => {
    liveSourceContract(() => admin);
  });
  describe.concurrent('as a sink', () => {
    liveSinkContract(() => admin);
  });
});
