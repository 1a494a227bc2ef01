import { describe, expect, it } from 'vitest';
import { createdTable, predictionColumns } from '../../../src/sink/internal/prediction-columns.ts';
import { RowEncoder } from '../../../src/sink/internal/row-encoder.ts';
import { RowDecoder } from '../../fake/row-decoder.ts';
import { predictions, rowsOf } from '../../fake/predictions.ts';
import type { Field } from '../../fake/tables.ts';

describe('RowEncoder', () => {
  const { fields } = createdTable().schema;
  const { columns } = predictionColumns('p.d.t', fields);

  it('numbers the fields by the columns of the table', () => {
    const { descriptor } = new RowEncoder(columns);
    expect(descriptor.field?.map(({ name, number }) => [name, number])).toEqual(
      fields.map(({ name }, i) => [name, i + 1]),
    );
  });

  it('writes what a decoder that knows only the descriptor reads, also before 1970', () => {
    const encoder = new RowEncoder(columns);
    const decoder = new RowDecoder(encoder.descriptor, fields as Field[]);
    const batch = predictions(0, 6, 2147483647);
    for (const [row, ms] of [-1, 0, -62_135_596_800_000, 253_402_300_799_999].entries()) {
      batch.windowEndsMs[row] = ms;
    }
    batch.values.set([-0, 5e-324, -1.7976931348623157e308, 0.1]);
    const decoded = Array.from({ length: batch.length }, (_, row) =>
      decoder.decode(encoder.encode(batch, row)),
    );
    expect(decoded).toEqual(rowsOf(batch));
  });
});
