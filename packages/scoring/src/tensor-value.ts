/** A tensor as models take and give it: type, dimensions, data. Types of ONNX Runtime stay behind `OnnxModel`. */

/** Elements in row-major order. `bool` is a Uint8Array, `int64` a BigInt64Array. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | string[];

export interface TensorValue {
  /** As ONNX Runtime names it: `float64`, `int64`, `bool`, `string` ... */
  readonly type: string;
  readonly dims: readonly number[];
  /** A view with an offset is taken without a copy; a SharedArrayBuffer is refused by the runtime. */
  readonly data: TensorData;
}
