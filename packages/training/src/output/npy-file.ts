/** An array in NumPy's own format (.npy, version 1.0), written front to back; its shape is known before. */
import { assert } from '@windrow/core';
import { AtomicFile } from '@windrow/io';

const ALIGNMENT = 64;
const DESCRIPTIONS = { float64: '<f8', float32: '<f4', int64: '<i8' } as const;

export class NpyFile {
  readonly #file: AtomicFile;
  #bytesLeft: number;

  private constructor(file: AtomicFile, sizeBytes: number) {
    this.#file = file;
    this.#bytesLeft = sizeBytes;
  }

  static async create(
    path: string,
    dtype: keyof typeof DESCRIPTIONS,
    shape: readonly number[],
  ): Promise<NpyFile> {
    const file = await AtomicFile.create(path);
    const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
    const header = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
    const unpadded = 10 + header.length + 1;
    const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
    const text = `${header}${' '.repeat(padding)}\n`;
    const bytes = Buffer.alloc(10 + text.length);
    bytes.write('\x93NUMPY\x01\x00', 'latin1');
    bytes.writeUInt16LE(text.length, 8);
    bytes.write(text, 10, 'latin1');
    await file.write(bytes);
    const size = shape.reduce((product, n) => product * n, dtype === 'float32' ? 4 : 8);
    return new NpyFile(file, size);
  }

  /** Appends values in row-major order. */
  async write(values: Float64Array | Float32Array | BigInt64Array): Promise<void> {
    this.#bytesLeft -= values.byteLength;
    await this.#file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  async finish(): Promise<void> {
    assert(this.#bytesLeft === 0, 'as many values as the shape says');
    await this.#file.commit();
  }

  abort(): Promise<void> {
    return this.#file.abort();
  }
}
