/** The batches of a source, with the time it took to get them counted as reading. */
import type { SampleBatch } from '@windrow/core';
import type { PhaseClock } from './phase-clock.ts';

export async function* timedReads(
  reading: AsyncIterable<SampleBatch>,
  clock: PhaseClock,
): AsyncGenerator<SampleBatch> {
  const batches = reading[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await clock.measureAsync('read', () => batches.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await batches.return?.();
  }
}
