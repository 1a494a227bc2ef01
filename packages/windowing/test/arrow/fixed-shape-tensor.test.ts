/** Windows to Arrow and back, and as pyarrow sees them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDefinitions, type Definition } from '@windrow/core';
import { RecordBatchReader, Table, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readTensorBatch, tensorRecordBatch, tensorSchema } from '../../src/index.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function definitionOf(layout: 'channel_major' | 'time_major'): Definition {
  const value = {
    input_metric_ids: [id(1), id(2)],
    window_size_s: 3,
    step_size_s: 1,
    line_id: id(9),
    model_identifier: 'm',
    model_version: null,
    output_metric_id: id(10),
    output_device_id: id(11),
    output_machine_id: id(12),
    output_metric_name: 'out',
    layout,
  };
  return checkDefinitions([{ value, where: 'entry 1' }], 'test')[0]!;
}

const windowEndsMs = Float64Array.of(3000, 4000, 1_551_869_860_000);
const numbers = Array.from({ length: 18 }, (_, i) => (i === 7 ? Number.NaN : i * 1.25 - 3));

describe('fixed-shape tensors', () => {
  it.each([
    ['float64', 'channel_major', Float64Array.from(numbers), [2, 3]],
    ['float32', 'time_major', Float32Array.from(numbers), [3, 2]],
  ] as const)('%s, %s: there and back through IPC', (dtype, layout, tensors, shape) => {
    const definition = definitionOf(layout);
    const schema = tensorSchema(definition, dtype);
    // One row fewer than the arrays hold.
    const batch = tensorRecordBatch(schema, definition, { length: 2, windowEndsMs, tensors });
    const bytes = tableToIPC(new Table([batch]), 'stream');
    const [read] = [...RecordBatchReader.from(bytes)];
    const back = readTensorBatch(read!);
    expect(back.shape).toEqual(shape);
    expect([...back.windowEndsMs]).toEqual([3000, 4000]);
    expect(back.tensors).toEqual(tensors.subarray(0, 12));
    expect(read!.schema.metadata.get('input_metric_ids')).toBe(JSON.stringify([id(1), id(2)]));
  });

  it('is a view on what was given', () => {
    const definition = definitionOf('channel_major');
    const tensors = Float64Array.from(numbers);
    const schema = tensorSchema(definition, 'float64');
    const batch = tensorRecordBatch(schema, definition, { length: 3, windowEndsMs, tensors });
    expect(readTensorBatch(batch).tensors.buffer).toBe(tensors.buffer);
  });

  it('refuses a batch without tensors', () => {
    const definition = definitionOf('channel_major');
    const schema = tensorSchema(definition, 'float64');
    const tensors = Float64Array.from(numbers);
    const batch = tensorRecordBatch(schema, definition, { length: 3, windowEndsMs, tensors });
    expect(() => readTensorBatch(batch.select(['window_end_ms']))).toThrow(
      /expected window_end_ms/,
    );
  });
});

const hasPyarrow = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import pyarrow, numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

it.skipIf(!hasPyarrow)(
  `pyarrow reads an ndarray of the right shape without a copy${hasPyarrow ? '' : ' (skipped: python3 has no pyarrow and numpy)'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
    try {
      const definition = definitionOf('channel_major');
      const schema = tensorSchema(definition, 'float64');
      const tensors = Float64Array.from(numbers);
      const batch = tensorRecordBatch(schema, definition, { length: 3, windowEndsMs, tensors });
      const path = join(folder, 'tensors.arrow');
      writeFileSync(path, tableToIPC(new Table([batch]), 'file'));
      const script = `
import sys, json, pyarrow as pa
table = pa.ipc.open_file(pa.memory_map(sys.argv[1])).read_all()
before = pa.total_allocated_bytes()
tensor = table.column('tensor').chunk(0)
array = tensor.to_numpy_ndarray()
print(json.dumps({'type': str(tensor.type), 'shape': array.shape, 'first': array[0].tolist(), 'names': tensor.type.dim_names, 'copied': pa.total_allocated_bytes() - before}))
`;
      const text = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' });
      expect(JSON.parse(text)).toEqual({
        type: expect.stringContaining('fixed_shape_tensor') as string,
        shape: [3, 2, 3],
        first: [numbers.slice(0, 3), numbers.slice(3, 6)],
        names: ['channel', 'cell'],
        copied: 0,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
