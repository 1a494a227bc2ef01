/** What is known of a model without running it: its inputs, its outputs and what its custom metadata says. */
import type { ModelIdentity } from '@windrow/core';

/** An input or output of the graph. */
export interface ValueInfo {
  readonly name: string;
  /** Element type as ONNX Runtime names it (`float64`, `int64`, `string` ...); null for a sequence or a map. */
  readonly type: string | null;
  /** Text for a dimension that is not fixed. Empty for a scalar, and where the model does not say. */
  readonly shape: readonly (number | string)[];
}

export interface ModelInfo {
  readonly identity: ModelIdentity;
  /** For messages. */
  readonly path: string;
  /** Those that a run must be given: initializers are none. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** `[N, 14, 300]`, `?` for a dimension without a name. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.map((d) => (d === '' ? '?' : String(d))).join(', ')}]`;
}
