/** Rows of a part under construction, as columns that are used again and again. */
import { listLength, type PartSchema } from './part-schema.ts';

export class PartRows {
  readonly schema: PartSchema;
  readonly capacity: number;
  /** By scalar: numbers; for text an empty array. */
  readonly numbers: readonly Float64Array[];
  /** By scalar: texts; for numbers an empty array. */
  readonly texts: readonly (string | null)[][];
  /** By list: `capacity` lists one after the other. */
  readonly lists: readonly (Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>)[];
  length = 0;

  constructor(schema: PartSchema, capacity: number) {
    this.schema = schema;
    this.capacity = capacity;
    this.numbers = schema.scalars.map(({ type }) =>
      type === 'text' ? new Float64Array(0) : new Float64Array(capacity),
    );
    this.texts = schema.scalars.map(() => []);
    this.lists = schema.lists.map((list) => {
      const length = capacity * listLength(list);
      return list.dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
    });
  }

  get full(): boolean {
    return this.length === this.capacity;
  }

  /** Takes all rows out. */
  clear(): void {
    this.length = 0;
  }
}
