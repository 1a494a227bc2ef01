/** Samples of a Pub/Sub subscription as they come; acknowledged when they are dealt with. Needs credentials, or an emulator. */
import { MetricDictionary } from '@windrow/core';
import { openPubSubSource } from '@windrow/io-pubsub';

const dictionary = MetricDictionary.of(['00000000-0000-4000-8000-000000000001']);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());

const source = openPubSubSource('pubsub://my-project/samples', {
  random: Math.random,
  emulatorHost: process.env['PUBSUB_EMULATOR_HOST'] ?? null,
});
const deliveries = source.deliveries({
  dictionary,
  reject: ({ reason }) => process.stderr.write(`${reason}\n`),
  resumeAt: null,
  signal: stopping.signal,
});
for await (const { batch, sequence } of deliveries) {
  process.stdout.write(`${batch.length} samples\n`);
  await source.acknowledge(sequence);
}
await source.close();
