import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RowSource, definition, everySecond, type Row } from '../small-line.ts';
import { examplesOf, exportTo, inFolder, manifestOf, type Asked } from '../read-dataset.ts';

const CLOCK = {
  outOfOrderMs: 2000,
  arrivalColumn: null,
  idleAfterMs: 30_000,
  maxFutureMs: 300_000,
};

/** Metric 0 of second 5 has a first value in time, and a greater one after `afterS`, when it is superseded or late. */
function withLate(afterS: number): readonly Row[] {
  const rows = everySecond(0, 20);
  const at = rows.findIndex(([, ms]) => ms === afterS * 1000);
  return [...rows.slice(0, at), [0, 5500, 99], ...rows.slice(at)];
}

async function firstInputs(path: string): Promise<Record<number, unknown>> {
  const found = await examplesOf(path, ['tensor']);
  return Object.fromEntries(
    found.map((row) => [row.window_end_ms / 1000, (row['tensor'] as number[]).slice(0, 3)]),
  );
}

//   the late sample is at 5.5 s; the watermark is two seconds behind the latest sample
//   windows that hold second 5: those that end at 6, 7, 8
describe('windows as known', () => {
  it.each([
    { what: 'in time', afterS: 8, changed: [6, 7, 8] },
    { what: 'when the first window was judged', afterS: 9, changed: [7, 8] },
    { what: 'when two were', afterS: 10, changed: [8] },
    { what: 'when all were', afterS: 11, changed: [] },
  ])('hold what came $what', ({ afterS, changed }) =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const report = await exportTo(path, new RowSource(withLate(afterS)), { asKnown: CLOCK });
      const tensors = await firstInputs(path);
      for (const end of [6, 7, 8]) {
        const plain = [end - 3, end - 2, end - 1];
        const late = plain.map((s) => (s === 5 ? 99 : s));
        expect(tensors[end], `window ${end}`).toEqual(changed.includes(end) ? late : plain);
      }
      expect(report.gathered.clocks).toEqual({
        equal: 18 - (3 - changed.length),
        different: 3 - changed.length,
        onlyAsKnown: 0,
        onlyAllData: 0,
        share: (3 - changed.length) / 18,
      });
      expect((await manifestOf(path))['clock']).toMatchObject({
        as_known: true,
        out_of_order_s: 2,
      });
    }),
  );

  it('hold the first score, also where a window is revised', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(withLate(11)), {
        definitions: [definition({ allowedLatenessMs: 10_000 })],
        asKnown: CLOCK,
      });
      expect((await firstInputs(path))[6]).toEqual([3, 4, 5]);
    }));

  it('are scored late where what was missing came within the lateness', () =>
    inFolder(async (folder) => {
      const rows = everySecond(0, 20).filter(([id, ms]) => id === 0 || ms !== 5000);
      const at = rows.findIndex(([, ms]) => ms === 11_000);
      const late: readonly Row[] = [...rows.slice(0, at), [1, 5000, 1005], ...rows.slice(at)];
      const ends = async (allowedLatenessMs: number): Promise<number[]> => {
        const path = join(folder, String(allowedLatenessMs));
        await exportTo(path, new RowSource(late), {
          definitions: [definition({ allowedLatenessMs })],
          asKnown: CLOCK,
        });
        return Object.keys(await firstInputs(path)).map(Number);
      };
      expect(await ends(10_000)).toEqual(Array.from({ length: 18 }, (_, i) => i + 3));
      expect(await ends(0)).not.toContain(6);
    }));
});

describe('by a column with the time of arrival', () => {
  const byColumn: Asked = { asKnown: { ...CLOCK, arrivalColumn: 'arrival_ms' } };

  it('rows are taken in its order, wherever they stand', () =>
    inFolder(async (folder) => {
      const inOrder = withLate(10).map(([id, ms, value], i): Row => [id, ms, value, i * 40]);
      await exportTo(join(folder, 'rows'), new RowSource(inOrder), { asKnown: CLOCK });
      await exportTo(join(folder, 'column'), new RowSource(inOrder.toReversed()), byColumn);
      const expected = await firstInputs(join(folder, 'rows'));
      expect(await firstInputs(join(folder, 'column'))).toEqual(expected);
      expect(expected[8]).toEqual([99, 6, 7]);
    }));

  it('a line that was silent has its windows judged by the clock', () =>
    inFolder(async (folder) => {
      // Seconds 0 to 9 come in time; then nothing for two minutes, when second 9 gets another value.
      const rows: readonly Row[] = [
        ...everySecond(0, 10).map(([id, ms, value]): Row => [id, ms, value, ms]),
        [0, 9000, 99, 130_000],
      ];
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(rows), byColumn);
      expect((await firstInputs(path))[10]).toEqual([7, 8, 9]);
      const patient = join(folder, 'patient');
      await exportTo(patient, new RowSource(rows), {
        asKnown: { ...CLOCK, arrivalColumn: 'arrival_ms', idleAfterMs: 600_000 },
      });
      expect((await firstInputs(patient))[10]).toEqual([7, 8, 99]);
    }));

  it('what lies too far in the future when it arrives is quarantined', () =>
    inFolder(async (folder) => {
      const rows: readonly Row[] = [
        ...everySecond(0, 10).map(([id, ms, value]): Row => [id, ms, value, ms]),
        [0, 900_000, 1, 9000],
      ];
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(rows), byColumn);
      const { counts } = await manifestOf(path);
      expect(counts).toMatchObject({ samples: { received: 21, applied: 20, quarantined: 1 } });
    }));
});
