import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { createParquetPart } from '../../src/output/parquet-part.ts';
import { PartRows } from '../../src/output/part-rows.ts';
import type { PartSchema } from '../../src/output/part-schema.ts';
import { inFolder } from '../read-dataset.ts';

const schema: PartSchema = {
  scalars: [
    { name: 'at', type: 'int64', nullable: true },
    { name: 'name', type: 'text', nullable: true },
    { name: 'x', type: 'float32', nullable: false },
  ],
  lists: [
    { name: 'tensor', dtype: 'float64', shape: [2, 2], dimNames: ['channel', 'cell'] },
    { name: 'one', dtype: 'float32', shape: [1], dimNames: ['channel'] },
  ],
  metadata: new Map([['layout', 'NCT']]),
};

/** Two row groups of two rows and of one. */
async function write(path: string): Promise<void> {
  const part = await createParquetPart(path, schema);
  const rows = new PartRows(schema, 2);
  for (const group of [[0, 1], [2]]) {
    for (const row of group) {
      const at = rows.length++;
      rows.numbers[0]![at] = row === 1 ? Number.NaN : 2 ** 40 + row;
      rows.texts[1]![at] = row === 0 ? null : `row ${row}`;
      rows.numbers[2]![at] = row + 0.5;
      rows.lists[0]!.set([row, -0, Number.NaN, 1e300], at * 4);
      rows.lists[1]!.set([row], at);
    }
    await part.write(rows);
    rows.clear();
  }
  await part.finish();
}

describe('a Parquet part', () => {
  it('holds scalars with nulls, and lists to the last bit', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'part.parquet');
      await write(path);
      const file = await asyncBufferFromFile(path);
      expect(await parquetReadObjects({ file, compressors })).toEqual(
        [0, 1, 2].map((row) => ({
          at: row === 1 ? null : BigInt(2 ** 40 + row),
          name: row === 0 ? null : `row ${row}`,
          x: row + 0.5,
          tensor: [row, -0, Number.NaN, 1e300],
          one: [row],
        })),
      );
      const { row_groups: groups } = await parquetMetadataAsync(file);
      expect(groups.map((group) => Number(group.num_rows))).toEqual([2, 1]);
    }));

  it('has the Arrow schema in its metadata, with the extension type', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'part.parquet');
      await write(path);
      const { key_value_metadata: pairs } = await parquetMetadataAsync(
        await asyncBufferFromFile(path),
      );
      const values = new Map(pairs!.map(({ key, value }) => [key, value!]));
      expect(values.get('layout')).toBe('NCT');
      const { schema: restored } = tableFromIPC(Buffer.from(values.get('ARROW:schema')!, 'base64'));
      expect(restored.fields.map((field) => String(field.type))).toEqual([
        'Int64',
        'Utf8',
        'Float32',
        'FixedSizeList[4]<Float64>',
        'FixedSizeList[1]<Float32>',
      ]);
      expect(restored.fields[3]!.metadata.get('ARROW:extension:name')).toBe(
        'arrow.fixed_shape_tensor',
      );
      expect(restored.fields[3]!.metadata.get('ARROW:extension:metadata')).toBe(
        '{"shape":[2,2],"dim_names":["channel","cell"]}',
      );
    }));
});
