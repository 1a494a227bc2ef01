import { afterAll, beforeAll, describe } from 'vitest';
import { PubSubFake } from '../fakes/pubsub/pubsub-fake.ts';
import { liveSinkContract } from './live-sink-contract.ts';
import { liveSourceContract } from './live-source-contract.ts';
import { PubSubAdmin } from './pubsub-admin.ts';

describe('Pub/Sub, the fake', () => {
  let fake: PubSubFake;
  let admin: PubSubAdmin;

  beforeAll(async () => {
    // A deadline of 10 s takes half a second.
    fake = await PubSubFake.start({ secondMs: 50 });
    admin = new PubSubAdmin(fake.host);
  });

  afterAll(async () => {
    await admin.close();
    await fake.stop();
  });

  describe.concurrent('as a source', () => {
    liveSourceContract(() => admin);
  });
  describe.concurrent('as a sink', () => {
    liveSinkContract(() => admin);
  });
});
