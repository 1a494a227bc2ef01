/** What a model gave, of any numeric type, as float64. */
import { assert } from '@windrow/core';
import type { TensorData } from '../tensor-value.ts';

/** A float64 array is handed on as it is; 64-bit integers beyond 2^53 are rounded. */
export function toFloat64(data: TensorData): Float64Array {
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Float64Array.from(data, Number);
  }
  assert(!Array.isArray(data), 'a text output is refused when the model is checked');
  return Float64Array.from(data);
}
