import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NpyFile } from '../../src/output/npy-file.ts';
import { inFolder } from '../read-dataset.ts';

describe('an .npy file', () => {
  it('is a header of a multiple of 64 bytes, then the values', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.npy');
      const file = await NpyFile.create(path, 'float64', [2, 3]);
      await file.write(Float64Array.of(1, 2, 3));
      await file.write(Float64Array.of(-0, Number.NaN, 6));
      await file.finish();
      const bytes = await readFile(path);
      expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
      const length = bytes.readUInt16LE(8);
      expect((10 + length) % 64).toBe(0);
      expect(bytes.toString('latin1', 10, 10 + length)).toMatch(
        /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/,
      );
      const values = new Float64Array(new Uint8Array(bytes.subarray(10 + length)).buffer);
      expect([...values]).toEqual([1, 2, 3, -0, Number.NaN, 6]);
    }));

  it.each([
    ['int64', [4], /'<i8'.*\(4,\)/],
    ['float32', [0, 5], /'<f4'.*\(0, 5\)/],
  ] as const)('of %s with the shape %j says so', (dtype, shape, header) =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.npy');
      const file = await NpyFile.create(path, dtype, shape);
      if (dtype === 'int64') await file.write(BigInt64Array.of(1n, 2n, 3n, 4n));
      await file.finish();
      expect((await readFile(path)).toString('latin1')).toMatch(header);
    }),
  );

  it('is not finished with fewer values than its shape says', () =>
    inFolder(async (folder) => {
      const file = await NpyFile.create(join(folder, 'a.npy'), 'float64', [2]);
      await file.write(Float64Array.of(1));
      await expect(file.finish()).rejects.toThrow('as many values as the shape says');
      await file.abort();
    }));
});
