import { describe, expect, it } from 'vitest';
import { liesBySeries, liesByTime, rowsToRead } from '../../src/internal/row-order.ts';

describe('how rows lie', () => {
  it('is not known where ClickHouse expects nothing of it', () => {
    expect(rowsToRead([])).toBe(null);
    expect(
      rowsToRead([
        ['db', 'a', 1, 10, 1],
        ['db', 'a', 1, '5', 1],
      ]),
    ).toBe(15);
  });

  it.each([
    ['by time: a slice costs its rows', [100, 120], [1000, 9000], true, false],
    [
      'by metric: a slice costs the table, a metric its rows',
      [100, 9000],
      [1000, 1100],
      false,
      true,
    ],
    [
      'by neither: whatever is asked for costs the table',
      [100, 9000],
      [1000, 90_000],
      false,
      false,
    ],
    ['by metric, of which none has rows', [100, 9000], [0, 0], false, false],
  ] as const)('%s', (_name, [sliceAsked, sliceRead], [asked, read], isByTime, isBySeries) => {
    const slice = { asked: sliceAsked, read: sliceRead };
    expect(liesByTime(slice)).toBe(isByTime);
    expect(liesBySeries(slice, { asked, read })).toBe(isBySeries);
  });
});
