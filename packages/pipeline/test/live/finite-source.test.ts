/** Bounded sources read live: positions, what was rejected on the way, and where they end. */
import {
  MetricDictionary,
  SampleColumns,
  type DeadLetter,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
} from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { finiteSource } from '../../src/index.ts';

const ID = '00000000-0000-4000-8000-000000000000';

/** Splits of so many rows each, in batches of three; each row's value is its number. A row whose number ends in 7 is rejected. */
class NumberedSource implements Source {
  readonly uri: string = 'numbers:';
  readonly #splits: readonly { readonly name: string; readonly rows: number }[];
  closed = 0;

  constructor(splits: readonly { readonly name: string; readonly rows: number }[]) {
    this.#splits = splits;
  }

  splits(): Promise<SourceSplit[]> {
    return Promise.resolve(
      this.#splits.map(({ name }, sequence) => ({
        sequence,
        name,
        sizeBytes: 0,
        rowCount: null,
        minMs: null,
        maxMs: null,
      })),
    );
  }

  async *read(
    split: SourceSplit,
    { dictionary, reject }: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const columns = new SampleColumns(dictionary, 3);
    const { rows } = this.#splits.find(({ name }) => name === split.name)!;
    for (let row = 0; row < rows; row++) {
      if (row % 10 === 7) {
        reject({ heading: 'quarantined', source: split.name, row, reason: 'seven', raw: null });
        continue;
      }
      columns.push(0, row, row);
      if (columns.full) yield columns;
      if (columns.full) columns.length = 0;
    }
    if (columns.length > 0) yield columns;
    await Promise.resolve();
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

const SPLITS = [
  { name: 'a', rows: 8 },
  { name: 'b', rows: 20 },
];

interface Read {
  readonly values: number[];
  readonly letters: DeadLetter[];
  readonly positions: (string | null)[];
  readonly sequences: number[];
}

async function read(resumeAt: string | null, splits = SPLITS, atMost = 1000): Promise<Read> {
  const dictionary = MetricDictionary.of([ID]);
  const stop = new AbortController();
  const got: Read = { values: [], letters: [], positions: [], sequences: [] };
  const reject = (letter: DeadLetter): void => void got.letters.push(letter);
  const source = finiteSource(new NumberedSource(splits));
  const options = { dictionary, reject, resumeAt, signal: stop.signal };
  for await (const { batch, sequence, position } of source.deliveries(options)) {
    got.values.push(...batch.values.subarray(0, batch.length));
    got.sequences.push(sequence);
    got.positions.push(position);
    if (got.sequences.length === atMost) stop.abort();
  }
  return got;
}

describe('a finite source', () => {
  it('delivers its splits in order, with what was rejected, also after the last row', async () => {
    const { values, letters, sequences } = await read(null);
    expect(values).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6],
      ...[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19],
    ]);
    expect(letters.map(({ source, row }) => `${source}${row}`)).toEqual(['a7', 'b7', 'b17']);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });

  it('goes on behind any of its positions, with nothing twice and nothing left out', async () => {
    const whole = await read(null);
    for (let deliveries = 1; deliveries <= whole.sequences.length; deliveries++) {
      const before = await read(null, SPLITS, deliveries);
      const after = await read(before.positions.at(-1)!);
      expect([...before.values, ...after.values]).toEqual(whole.values);
      expect([...before.letters, ...after.letters]).toEqual(whole.letters);
    }
  });

  it('refuses to go on in another source', async () => {
    const { positions } = await read(null);
    const other = [
      { name: 'a', rows: 8 },
      { name: 'c', rows: 20 },
    ];
    await expect(read(positions.at(-1)!, other)).rejects.toThrow(
      'numbers:: the checkpoint goes on in "b", found "c" in its place; the source has changed since',
    );
    await expect(read('42')).rejects.toThrow(
      /found the position 42, expected \[split, rows, name\]/,
    );
    await expect(read('no JSON')).rejects.toThrow(/it is the position of another source/);
  });
});
