import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LINE, OTHER_LINE, RowSource, definition, everySecond, type Row } from '../small-line.ts';
import { examplesOf, exportTo, inFolder, type Asked } from '../read-dataset.ts';

//   seconds   0 ... 9   10 ... 14  15 ... 19
//   metric 0  observed  -          observed
//   metric 1  observed  -          observed, but for second 17
// Windows of 3 s end each second: 3 to 10 and none of 11, 12 are whole; 13, 14, 15 are empty; 16 and 17 are incomplete, then 18.
const ROWS: readonly Row[] = [
  ...everySecond(0, 10),
  ...everySecond(15, 20).filter(([id, ms]) => id === 0 || ms !== 17_000),
];

interface Rule {
  readonly rule: string;
  /** `line,timestamp_ms,value` or with `known_ms` too. */
  readonly labels: readonly string[];
  readonly lagS?: number;
  readonly asOfMs?: number;
  readonly range?: NonNullable<Asked['range']>;
  /** Window end in s and target of each example. */
  readonly examples: readonly (readonly [endS: number, target: number])[];
  /** Settled labels that are no example, by reason. */
  readonly refused?: Readonly<Record<string, number>>;
}

const FROM_6_TO_8 = { afterMs: 6000, untilMs: 8000 };

const rules: readonly Rule[] = [
  { rule: 'at the very end of a window', labels: [`${LINE},5000,1`], examples: [[5, 1]] },
  { rule: 'a millisecond before it', labels: [`${LINE},4999,1`], examples: [[4, 1]] },
  { rule: 'a lag', labels: [`${LINE},5000,1`], lagS: 2.5, examples: [[7, 1]] },
  { rule: 'a negative lag', labels: [`${LINE},5000,1`], lagS: -0.001, examples: [[4, 1]] },
  {
    rule: 'two labels in one window',
    labels: [`${LINE},5000,1`, `${LINE},5999,2`],
    examples: [
      [5, 1],
      [5, 2],
    ],
  },
  {
    rule: 'a correction',
    labels: [`${LINE},5000,1,60000`, `${LINE},5000,2,50000`],
    examples: [[5, 1]],
  },
  {
    rule: 'as of a time before the correction',
    labels: [`${LINE},5000,1,60000`, `${LINE},5000,2,50000`],
    asOfMs: 55_000,
    examples: [[5, 2]],
  },
  {
    rule: 'nothing known yet',
    labels: [`${LINE},5000,1,60000`],
    asOfMs: 55_000,
    examples: [],
  },
  {
    rule: 'before the first sample',
    labels: [`${LINE},-5000,1`],
    examples: [],
    refused: { empty: 1 },
  },
  {
    rule: 'while the line stood: no earlier window takes the place',
    labels: [`${LINE},14500,1`],
    examples: [],
    refused: { empty: 1 },
  },
  {
    rule: 'a window with missing cells',
    labels: [`${LINE},12500,1`, `${LINE},1500,1`],
    examples: [],
    refused: { incomplete: 2 },
  },
  {
    rule: 'a line without a definition',
    labels: [`${OTHER_LINE},5000,1`],
    examples: [],
    refused: { unknownLine: 1 },
  },
  {
    rule: 'a range takes the ends after its start up to its end',
    labels: [6000, 7000, 8000, 9000].map((ms) => `${LINE},${ms},${ms}`),
    range: FROM_6_TO_8,
    examples: [
      [7, 7000],
      [8, 8000],
    ],
    refused: { tooEarly: 1, tooLate: 1 },
  },
  {
    rule: 'whatever the order of the labels',
    labels: [`${LINE},9000,3`, `${LINE},4000,1`, `${LINE},6000,2`],
    examples: [
      [4, 1],
      [6, 2],
      [9, 3],
    ],
  },
];

async function labelled(folder: string, rule: Rule) {
  const labels = join(folder, 'labels.csv');
  const rows = rule.labels.map((row) => (row.split(',').length === 3 ? `${row},` : row));
  await writeFile(labels, ['line_id,timestamp_ms,value,known_ms', ...rows, ''].join('\n'));
  const lagMs = (rule.lagS ?? 0) * 1000;
  return exportTo(join(folder, 'dataset'), new RowSource(ROWS), {
    examples: {
      from: 'labels',
      labels: { path: labels, mapping: {}, lagMs, asOfMs: rule.asOfMs ?? null },
    },
    ...(rule.range === undefined ? {} : { range: rule.range }),
  });
}

describe('the window of a label', () => {
  it.each(rules)('$rule', (rule) =>
    inFolder(async (folder) => {
      const { gathered } = await labelled(folder, rule);
      const { outcomes, counts } = gathered.labels!;
      const { used, ...refused } = outcomes;
      expect(used).toBe(rule.examples.length);
      expect(Object.fromEntries(Object.entries(refused).filter(([, n]) => n > 0))).toEqual(
        rule.refused ?? {},
      );
      const total = Object.values(outcomes).reduce((a, b) => a + b, 0);
      expect(total).toBe(counts.settled);
      const found = await examplesOf(join(folder, 'dataset'), ['target_value', 'tensor']);
      expect(found.map((row) => [row.window_end_ms / 1000, row['target_value']])).toEqual(
        rule.examples,
      );
      for (const { window_end_ms: end, tensor } of found) {
        const s = end / 1000;
        expect(tensor).toEqual([s - 3, s - 2, s - 1, s + 997, s + 998, s + 999]);
      }
    }),
  );

  it('below coverage is told apart from incomplete', () =>
    inFolder(async (folder) => {
      const labels = join(folder, 'labels.csv');
      await writeFile(labels, `line_id,timestamp_ms,value\n${LINE},11000,1\n`);
      const { gathered } = await exportTo(join(folder, 'dataset'), new RowSource(ROWS), {
        definitions: [definition({ minCoverage: 0.9 })],
        examples: {
          from: 'labels',
          labels: { path: labels, mapping: {}, lagMs: 0, asOfMs: null },
        },
      });
      expect(gathered.labels!.outcomes).toMatchObject({ belowCoverage: 1, incomplete: 0 });
    }));

  it('several targets of one product are one example, with its attributes', () =>
    inFolder(async (folder) => {
      const labels = join(folder, 'labels.csv');
      const rows = [
        `${LINE},5000,1,9000,hard,pipe`,
        `${LINE},5000,2,8000,soft,pipe`,
        `${LINE},6000,3,9500,soft,`,
      ];
      const header = 'line_id,timestamp_ms,value,known_ms,target,product';
      await writeFile(labels, [header, ...rows, ''].join('\n'));
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(ROWS), {
        examples: {
          from: 'labels',
          labels: { path: labels, mapping: {}, lagMs: 0, asOfMs: null },
        },
      });
      const columns = ['target_hard', 'target_soft', 'product', 'known_ms', 'timestamp_ms'];
      expect(await examplesOf(path, columns)).toMatchObject([
        { target_hard: 1, target_soft: 2, product: 'pipe', known_ms: 9000, timestamp_ms: 5000 },
        { target_hard: null, target_soft: 3, product: null, known_ms: 9500, timestamp_ms: 6000 },
      ]);
    }));
});
