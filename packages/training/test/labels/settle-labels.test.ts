import { describe, expect, it } from 'vitest';
import type { Label } from '../../src/labels/label.ts';
import { settleLabels } from '../../src/labels/settle-labels.ts';
import { LINE, OTHER_LINE } from '../small-line.ts';

type Claim = readonly [timestampMs: number, value: number, knownMs: number | null];

function label([timestampMs, value, knownMs]: Claim, changes: Partial<Label> = {}): Label {
  return { lineId: LINE, timestampMs, value, knownMs, target: 'value', attributes: [], ...changes };
}

function settle(labels: readonly Label[], asOfMs: number | null) {
  const received = labels.length;
  const table = { labels, attributes: [], received, unreadable: 0, invalid: 0, refusals: [] };
  return settleLabels(table, asOfMs);
}

const rules: readonly {
  readonly rule: string;
  readonly claims: readonly Claim[];
  readonly asOfMs?: number;
  readonly values: readonly number[];
}[] = [
  { rule: 'one label holds', claims: [[10, 1, 50]], values: [1] },
  {
    rule: 'a correction that was known later holds',
    claims: [
      [10, 1, 50],
      [10, 2, 60],
    ],
    values: [2],
  },
  {
    rule: 'whatever its value and place',
    claims: [
      [10, 1, 60],
      [10, 2, 50],
    ],
    values: [1],
  },
  {
    rule: 'of two known at once the greatest',
    claims: [
      [10, 3, 50],
      [10, 2, 50],
    ],
    values: [3],
  },
  {
    rule: 'one without a known time loses to one with',
    claims: [
      [10, 9, null],
      [10, 2, -70],
    ],
    values: [2],
  },
  {
    rule: 'as of a time before the correction',
    claims: [
      [10, 1, 50],
      [10, 2, 60],
    ],
    asOfMs: 59,
    values: [1],
  },
  {
    rule: 'what is known at that very time is known',
    claims: [
      [10, 1, 50],
      [10, 2, 60],
    ],
    asOfMs: 60,
    values: [2],
  },
  { rule: 'nothing is known yet', claims: [[10, 1, 50]], asOfMs: 49, values: [] },
  {
    rule: 'without a known time it is known from the beginning',
    claims: [[10, 1, null]],
    asOfMs: 0,
    values: [1],
  },
  {
    rule: 'other times are other labels',
    claims: [
      [11, 1, 50],
      [10, 2, 60],
    ],
    values: [2, 1],
  },
];

describe('settling labels', () => {
  it.each(rules)('$rule', ({ claims, asOfMs, values }) => {
    const labels = claims.map((claim) => label(claim));
    for (const order of [labels, labels.toReversed()]) {
      const { labels: settled, counts } = settle(order, asOfMs ?? null);
      expect(settled.map(({ value }) => value)).toEqual(values);
      const { received, unreadable, invalid, notYetKnown, duplicate, corrected } = counts;
      expect(unreadable + invalid + notYetKnown + duplicate + corrected + counts.settled).toBe(
        received,
      );
    }
  });

  it('takes lines and targets apart, and counts the same label twice as a duplicate', () => {
    const { labels, counts } = settle(
      [
        label([10, 1, 5]),
        label([10, 1, 5]),
        label([10, 2, 5], { target: 'other' }),
        label([10, 3, 5], { lineId: OTHER_LINE }),
      ],
      null,
    );
    expect(labels.map(({ value }) => value)).toEqual([2, 1, 3]);
    expect(counts).toMatchObject({ duplicate: 1, corrected: 0, settled: 3 });
  });
});
