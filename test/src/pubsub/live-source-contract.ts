/** What every live source whose server remembers must do. The fake and the emulator run the same. */
import { expect, it } from 'vitest';
import { checkPubSubSource } from '@windrow/io-pubsub';
import { PROJECT, type PubSubAdmin } from './pubsub-admin.ts';
import { Reading, environment, messages, openSource, range } from './reading.ts';

/** @param admin of the server that runs, once it does */
export function liveSourceContract(admin: () => PubSubAdmin): void {
  for (const isExactlyOnce of [false, true]) {
    const mode = `exactly-once delivery ${isExactlyOnce ? 'on' : 'off'}`;

    it(`hands over every message once, in numbered deliveries, and no more once acknowledged (${mode})`, async () => {
      const { topic, subscription } = await admin().create(isExactlyOnce);
      const first = new Reading(openSource(admin().host, subscription), ({ sequence }) =>
        first.source.acknowledge(sequence),
      );
      await admin().publish(topic, messages(range(0, 1500)));
      await first.until(1500);
      await admin().publish(topic, messages(range(1500, 2000)));
      await first.until(2000);
      expect(first.values.toSorted((a, b) => a - b)).toEqual(range(0, 2000));
      expect(first.handed.map(({ sequence }) => sequence)).toEqual(
        range(1, first.handed.length + 1),
      );
      const { state, error, counters } = first.source.status();
      expect([state, error]).toEqual(['ready', null]);
      await first.stop();
      expect(first.source.status().counters).toMatchObject({
        messages: 2000,
        samples: 2000,
        acknowledged: 2000,
        unacknowledged: 0,
        exactly_once: isExactlyOnce ? 1 : 0,
      });
      for (const [name, count] of Object.entries(counters)) {
        if (name.startsWith('unacknowledged') || name === 'waiting') continue;
        expect(first.source.status().counters[name]).toBeGreaterThanOrEqual(count);
      }
      const second = new Reading(openSource(admin().host, subscription));
      await admin().publish(topic, messages([7777]));
      await second.until(1);
      expect(second.values).toEqual([7777]);
      await second.stop();
    });

    it(`gives back what was not acknowledged, whether handed over or not (${mode})`, async () => {
      const { topic, subscription } = await admin().create(isExactlyOnce);
      await admin().publish(topic, messages(range(0, 300)));
      const query = 'max_messages=100&lease_s=10';
      const first = new Reading(openSource(admin().host, subscription, query));
      await first.until(50);
      const { sequence } = first.handed[0]!;
      await first.source.acknowledge(sequence);
      await first.stop();
      const acknowledged = first.handed[0]!.values;
      const second = new Reading(openSource(admin().host, subscription), (handed) =>
        second.source.acknowledge(handed.sequence),
      );
      await second.until(300 - acknowledged.length);
      await second.stop();
      const both = [...acknowledged, ...second.values];
      expect(both.toSorted((a, b) => a - b)).toEqual(range(0, 300));
    });
  }

  it('rejects what it cannot read before the delivery that it came with, which can be acknowledged', async () => {
    const { topic, subscription } = await admin().create();
    const reading = new Reading(openSource(admin().host, subscription), async ({ sequence }) => {
      expect(reading.letters).toHaveLength(1);
      await reading.source.acknowledge(sequence);
    });
    await admin().publish(topic, [{ data: Buffer.from('poison') }]);
    await reading.untilTrue(() => reading.handed.length === 1);
    expect(reading.handed).toEqual([{ sequence: 1, values: [] }]);
    expect(reading.letters[0]).toMatchObject({
      heading: 'quarantined',
      source: `pubsub://${PROJECT}/${subscription}`,
      reason: expect.stringMatching(/^message \S+: found 6 bytes of no known form/) as string,
    });
    await reading.stop();
    expect(reading.source.status().counters).toMatchObject({ acknowledged: 1, rejected: 1 });
  });

  it('hands over no more than it may before an acknowledgement', async () => {
    const { topic, subscription } = await admin().create();
    await admin().publish(topic, messages(range(0, 500)));
    const reading = new Reading(
      openSource(admin().host, subscription, 'max_messages=40&linger_ms=1'),
    );
    await reading.until(40);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reading.values).toHaveLength(40);
    while (reading.values.length < 500) {
      const last = reading.handed.at(-1)!.sequence;
      const before = reading.values.length;
      await reading.source.acknowledge(last);
      await reading.untilTrue(() => reading.values.length > before);
      expect(reading.values.length - before).toBeLessThanOrEqual(40);
    }
    expect(reading.values.toSorted((a, b) => a - b)).toEqual(range(0, 500));
    await reading.source.acknowledge(reading.handed.at(-1)!.sequence);
    await reading.stop();
  });

  it('fails at once where there is no such subscription, and says what to do', async () => {
    const reading = new Reading(openSource(admin().host, 'nowhere'));
    await expect(reading.done).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringMatching(
        /^pubsub:\/\/windrow-test\/nowhere: the subscription nowhere of the project windrow-test was not found: create it/,
      ) as string,
    });
    expect(reading.source.status().state).toBe('failed');
    await reading.source.close();
  });

  it('can be tried without taking a message', async () => {
    const { topic, subscription } = await admin().create(true);
    await admin().publish(topic, messages([5]));
    const uri = `pubsub://${PROJECT}/${subscription}`;
    const [found] = await checkPubSubSource(uri, environment(admin().host));
    expect(found).toContain(`topics/${topic}, exactly-once delivery on`);
    const reading = new Reading(openSource(admin().host, subscription));
    await reading.until(1);
    await reading.stop();
    await expect(
      checkPubSubSource(`pubsub://${PROJECT}/nowhere`, environment(admin().host)),
    ).rejects.toThrow(/subscription nowhere of the project windrow-test was not found/);
  });
}
