import { SampleColumns } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { WindowEngine } from '../src/index.ts';
import { CollectingSink } from './collecting-sink.ts';
import { options, targets } from './seam/lines.ts';

describe('counts of windows', () => {
  it.each([125, 7, 3])(
    'are whole, however far apart the first and the last end are (%i ms)',
    (ms) => {
      const [first] = targets;
      const definition = { ...first!.definition, resolutionMs: ms, stepMs: ms, windowMs: ms };
      const target = { ...first!, definition };
      const engine = new WindowEngine([target], { ...options, outOfOrderMs: null, aheadMs: 1000 });
      const sink = new CollectingSink([target]);
      // Nearly the earliest, and the latest time that a sample may have.
      const earliest = -8.64e15 + ms;
      for (const timestampMs of [earliest, 8.64e15]) {
        const batch = new SampleColumns(options.dictionary, 1);
        batch.push(0, timestampMs, 1);
        engine.advance(timestampMs);
        sink.runAll(engine);
        engine.push(batch);
        sink.runAll(engine);
      }
      engine.finish();
      sink.runAll(engine);
      const { windows, empty, incomplete } = engine.windows()[0]!;
      expect(incomplete).toBe(2);
      // One sample's window ends after it: as many ends as there are steps between the two, and one.
      const steps = Math.floor(8.64e15 / ms) - Math.floor(earliest / ms);
      expect(windows).toBe(steps + 1);
      expect(empty).toBe(steps - 1);
      expect(Number.isInteger(windows)).toBe(true);
    },
  );
});
