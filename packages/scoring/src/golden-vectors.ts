/**
 * `golden.json` beside a model: inputs, and what the model gave for them where it was trained. It is checked when a version is
 * loaded, so that a broken export, another runtime or another operator's rounding is found before it makes predictions.
 *
 * An object, or an array of such:
 *
 *     {
 *       "inputs": { "<name>": { "dtype": "float64", "shape": [2, 14, 300], "data": [ ... ] } },
 *       "outputs": { "<name>": { "dtype": "float64", "shape": [2], "data": [ ... ] } },
 *       "tolerances": { "absolute": 1e-12, "relative": 1e-9 }
 *     }
 *
 * `data` is flat, in row-major order; `"NaN"`, `"Infinity"` and `"-Infinity"` are text. An element is right where
 * `|found - expected| <= absolute + relative * |expected|`; NaN is right for NaN, an infinity for itself. Without `tolerances`
 * those of the output's type hold: 1e-12 and 1e-9 for float64, 1e-6 and 1e-4 for float32, none for integers and bool.
 */
import { WindrowError, found, messageOf } from '@windrow/core';
import * as z from 'zod';
import { formatShape } from './model-info.ts';
import type { TensorData, TensorValue } from './tensor-value.ts';

/** Name of the file in its version's folder. */
export const GOLDEN_FILE = 'golden.json';
/** Limits on what it may hold. */
export const GOLDEN_BYTES_MAX: number = 64 << 20;
const CASES_MAX = 1000;

const DATA: Readonly<Record<string, (values: readonly number[]) => TensorData>> = {
  float64: (values) => Float64Array.from(values),
  float32: (values) => Float32Array.from(values),
  int64: (values) => BigInt64Array.from(values, BigInt),
  uint64: (values) => BigUint64Array.from(values, BigInt),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values),
};
const EXACT: Tolerances = { absolute: 0, relative: 0 };
const DEFAULTS: Readonly<Record<string, Tolerances>> = {
  float64: { absolute: 1e-12, relative: 1e-9 },
  float32: { absolute: 1e-6, relative: 1e-4 },
};

const element = z.union([z.number(), z.boolean(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
const tensor = z
  .strictObject({
    dtype: z.enum(Object.keys(DATA)),
    shape: z.array(z.int().min(0)).max(16),
    data: z.array(element),
  })
  .refine(
    ({ shape, data }) => shape.reduce((a, b) => a * b, 1) === data.length,
    'expected as many elements in data as shape says',
  )
  .refine(
    ({ dtype, data }) =>
      dtype.startsWith('float') || data.every((v) => Number.isSafeInteger(Number(v))),
    'expected integers (or true and false) in data, as dtype says',
  );
const tolerance = z.number().min(0);
const goldenCase = z.strictObject({
  inputs: z.record(z.string(), tensor),
  outputs: z
    .record(z.string(), tensor)
    .refine((outputs) => Object.keys(outputs).length > 0, 'expected an output'),
  tolerances: z.strictObject({ absolute: tolerance, relative: tolerance }).optional(),
});
const goldenCases = z.array(goldenCase).min(1).max(CASES_MAX);

interface Tolerances {
  readonly absolute: number;
  readonly relative: number;
}

export interface GoldenCase {
  readonly inputs: Readonly<Record<string, TensorValue>>;
  readonly outputs: Readonly<Record<string, TensorValue>>;
  /** null: by the type of each output. */
  readonly tolerances: Tolerances | null;
}

/** Runs a model, wherever it is. */
export type RunModel = (
  feeds: Readonly<Record<string, TensorValue>>,
  outputs: readonly string[],
) => Promise<Readonly<Record<string, TensorValue>>>;

/**
 * Reads a `golden.json`.
 * @param path for messages
 * @throws WindrowError MODEL where it is not what this page says
 */
export function readGoldenVectors(bytes: Uint8Array, path: string): readonly GoldenCase[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new WindrowError('MODEL', `${path}: found no JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const result = goldenCases.safeParse(Array.isArray(json) ? json : [json]);
  if (!result.success) {
    const faults = z.prettifyError(result.error).replaceAll('\n', ' ');
    throw new WindrowError('MODEL', `${path}: found no golden vectors: ${faults}`);
  }
  return result.data.map(({ inputs, outputs, tolerances }) => ({
    inputs: toTensors(inputs),
    outputs: toTensors(outputs),
    tolerances: tolerances ?? null,
  }));
}

function toTensors(
  tensors: Readonly<Record<string, z.infer<typeof tensor>>>,
): Readonly<Record<string, TensorValue>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      { type: dtype, dims: shape, data: DATA[dtype]!(data.map(Number)) },
    ]),
  );
}

/**
 * Runs every case and compares.
 * @param path of the golden file, for messages
 * @throws WindrowError MODEL at the first case that is not right: which element, what was found, what is expected
 */
export async function checkGoldenVectors(
  cases: readonly GoldenCase[],
  run: RunModel,
  path: string,
): Promise<void> {
  for (const [i, { inputs, outputs, tolerances }] of cases.entries()) {
    const results = await run(inputs, Object.keys(outputs));
    for (const [name, expected] of Object.entries(outputs)) {
      const fault = difference(results[name], expected, tolerances);
      if (fault !== null) {
        throw new WindrowError(
          'MODEL',
          `${path}: case ${i + 1}: output ${found(name)}${fault}; the model does not compute what it did when it was made: export it again, or correct the file`,
        );
      }
    }
  }
}

/** What is wrong, or null. */
function difference(
  result: TensorValue | undefined,
  expected: TensorValue,
  asked: Tolerances | null,
): string | null {
  const wanted = `${expected.type} ${formatShape(expected.dims)}`;
  if (result === undefined) return `: found none, expected ${wanted}`;
  const isAlike =
    result.type === expected.type &&
    result.dims.length === expected.dims.length &&
    result.dims.every((d, i) => d === expected.dims[i]);
  if (!isAlike) return `: found ${result.type} ${formatShape(result.dims)}, expected ${wanted}`;
  const { absolute, relative } = asked ?? DEFAULTS[expected.type] ?? EXACT;
  for (let i = 0; i < expected.data.length; i++) {
    const value = Number(result.data[i]);
    const right = Number(expected.data[i]);
    const isRight =
      Object.is(value, right) ||
      value === right ||
      (Number.isFinite(right) && Math.abs(value - right) <= absolute + relative * Math.abs(right));
    if (!isRight) {
      return `[${i}]: found ${value}, expected ${right} within ${absolute} + ${relative} * ${Math.abs(right)}`;
    }
  }
  return null;
}
