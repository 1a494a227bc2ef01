import { MetricDictionary } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaterSamples, type SpillFile, type SpillSpace } from '../src/later-samples.ts';

/** Spill files in memory, counted. */
class MemorySpace implements SpillSpace {
  open = 0;
  made = 0;

  create(): Promise<SpillFile> {
    this.open++;
    this.made++;
    let bytes = new Uint8Array(0);
    return Promise.resolve({
      append: (more) => {
        const grown = new Uint8Array(bytes.length + more.length);
        grown.set(bytes);
        grown.set(more, bytes.length);
        bytes = grown;
        return Promise.resolve();
      },
      read: (out, position) => {
        if (position + out.length > bytes.length) throw new Error('read past the end');
        out.set(bytes.subarray(position, position + out.length));
        return Promise.resolve();
      },
      remove: () => {
        this.open--;
        return Promise.resolve();
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const dictionary = new MetricDictionary();

type Row = readonly [slot: number, timestampMs: number, value: number];

async function takeSlice(later: LaterSamples): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of later.take()) {
    for (let i = 0; i < batch.length; i++) {
      rows.push([batch.slots[i]!, batch.timestampsMs[i]!, batch.values[i]!]);
    }
  }
  return rows;
}

/** What must come out: slice by slice, each in order of arrival. */
function expectedSlices(rows: readonly Row[], sliceMs: number): [number, Row[]][] {
  const slices = new Map<number, Row[]>();
  for (const row of rows) {
    const start = Math.floor(row[1] / sliceMs) * sliceMs;
    slices.set(start, [...(slices.get(start) ?? []), row]);
  }
  return [...slices].toSorted(([a], [b]) => a - b);
}

async function drain(later: LaterSamples): Promise<[number, Row[]][]> {
  const slices: [number, Row[]][] = [];
  while (later.earliestMs < Number.POSITIVE_INFINITY) {
    slices.push([later.earliestMs, await takeSlice(later)]);
  }
  return slices;
}

describe('LaterSamples', () => {
  it('gives back every sample once, by slice, in order of arrival, in memory and spilled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -3000, max: 40_000 }), fc.double()), {
          maxLength: 2000,
        }),
        fc.constantFrom(64, 256, 10_000),
        fc.constantFrom(1, 700, 5000),
        async (rows: Row[], rowsMax, sliceMs) => {
          const space = new MemorySpace();
          const later = new LaterSamples(dictionary, space, { sliceMs, rowsMax });
          for (const row of rows) {
            later.put(...row);
            await later.makeRoom();
          }
          expect(await drain(later)).toEqual(expectedSlices(rows, sliceMs));
          expect(later.statistics.put).toBe(rows.length);
          expect(space.open).toBe(0);
          expect(space.made > 0 || rows.length <= 2 * rowsMax).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes samples in while it gives others back', async () => {
    const later = new LaterSamples(dictionary, new MemorySpace(), { sliceMs: 10, rowsMax: 64 });
    later.put(1, 25, 1);
    later.put(2, 5, 2);
    expect(later.earliestMs).toBe(0);
    expect(await takeSlice(later)).toEqual([[2, 5, 2]]);
    later.put(3, 21, 3);
    later.put(4, 31, 4);
    expect(later.earliestMs).toBe(20);
    expect(await takeSlice(later)).toEqual([
      [1, 25, 1],
      [3, 21, 3],
    ]);
    expect(await takeSlice(later)).toEqual([[4, 31, 4]]);
    expect(later.earliestMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('sorts timestamps that lie further apart than can be packed into one number', async () => {
    const later = new LaterSamples(dictionary, new MemorySpace(), { sliceMs: 1, rowsMax: 64 });
    const rows: Row[] = [
      [0, 8.64e15, 1],
      [1, -8.64e15, 2],
      [2, 8.64e15, 3],
    ];
    for (const row of rows) later.put(...row);
    expect(await drain(later)).toEqual(expectedSlices(rows, 1));
  });
});
