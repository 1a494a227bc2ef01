/** Columns of a dataset's parts: single values, and lists of one length (tensors). */
import type { Dtype } from '../tensor-form.ts';

export interface ScalarField {
  readonly name: string;
  readonly type: 'int64' | 'float64' | 'float32' | 'text';
  /** NaN (or null, for text) is written as null. */
  readonly nullable: boolean;
}

export interface ListField {
  readonly name: string;
  readonly dtype: Dtype;
  /** Its product is the length of every list. */
  readonly shape: readonly number[];
  readonly dimNames: readonly string[];
}

export interface PartSchema {
  readonly scalars: readonly ScalarField[];
  readonly lists: readonly ListField[];
  /** Metadata of the schema, for readers without `dataset.json`. */
  readonly metadata: ReadonlyMap<string, string>;
}

export function listLength({ shape }: ListField): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Bytes of a row, texts not counted. */
export function rowBytes({ scalars, lists }: PartSchema): number {
  return lists.reduce(
    (sum, list) => sum + listLength(list) * (list.dtype === 'float64' ? 8 : 4),
    scalars.length * 8,
  );
}
