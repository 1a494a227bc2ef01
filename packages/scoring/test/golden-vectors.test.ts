import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { checkGoldenVectors, readGoldenVectors } from '../src/golden-vectors.ts';
import type { TensorValue } from '../src/tensor-value.ts';

const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
const tensor = (data: readonly unknown[], dtype = 'float64'): object => ({
  dtype,
  shape: [data.length],
  data,
});
const caseOf = (y: object, over: object = {}): object => ({
  inputs: { x: tensor([1]) },
  outputs: { y },
  ...over,
});

/** What is said of a model that gives `result`, or null. */
async function check(golden: unknown, result: TensorValue | undefined): Promise<string | null> {
  const outputs = result === undefined ? {} : { y: result };
  try {
    const cases = readGoldenVectors(bytes(golden), 'g.json');
    await checkGoldenVectors(cases, () => Promise.resolve(outputs), 'g.json');
    return null;
  } catch (error) {
    if (error instanceof WindrowError && error.code === 'MODEL') return error.message;
    throw error;
  }
}
const f64 = (...data: number[]): TensorValue => ({
  type: 'float64',
  dims: [data.length],
  data: Float64Array.from(data),
});
const f32 = (...data: number[]): TensorValue => ({
  type: 'float32',
  dims: [data.length],
  data: Float32Array.from(data),
});

describe('golden vectors', () => {
  it('are right within the tolerance of the type', async () => {
    expect(await check(caseOf(tensor([1e6])), f64(1e6 + 9e-4))).toBeNull();
    expect(await check(caseOf(tensor([1e6])), f64(1e6 + 2e-3))).toMatch(
      /^g.json: case 1: output "y"\[0\]: found 1000000.002, expected 1000000 within 1e-12 \+ 1e-9 \* 1000000;/,
    );
    expect(await check(caseOf(tensor([100], 'float32')), f32(100.009))).toBeNull();
    expect(await check(caseOf(tensor([100], 'float32')), f32(100.011))).toMatch(/found 100.01/);
  });

  it('or within those that are stated', async () => {
    const tolerances = { absolute: 0.5, relative: 0 };
    expect(await check(caseOf(tensor([1, 2]), { tolerances }), f64(1.5, 1.6))).toBeNull();
    expect(await check(caseOf(tensor([1, 2]), { tolerances }), f64(1.5, 1.4))).toMatch(/"y"\[1\]/);
    const exact = { tolerances: { absolute: 0, relative: 0 } };
    expect(await check(caseOf(tensor([1]), exact), f64(1 + 2 ** -52))).toMatch(
      /found 1.0000000000/,
    );
  });

  it('NaN and infinities are themselves only', async () => {
    const golden = caseOf(tensor(['NaN', 'Infinity', '-Infinity']));
    expect(await check(golden, f64(Number.NaN, Infinity, -Infinity))).toBeNull();
    expect(await check(golden, f64(0, Infinity, -Infinity))).toMatch(
      /"y"\[0\]: found 0, expected NaN/,
    );
    expect(await check(golden, f64(Number.NaN, -Infinity, -Infinity))).toMatch(/"y"\[1\]/);
    expect(await check(caseOf(tensor([1])), f64(Number.NaN))).toMatch(/found NaN, expected 1/);
    expect(await check(caseOf(tensor([1])), f64(Infinity))).toMatch(/found Infinity/);
  });

  it('integers are equal, or wrong', async () => {
    const value = (n: bigint): TensorValue => ({
      type: 'int64',
      dims: [1],
      data: BigInt64Array.of(n),
    });
    expect(await check(caseOf(tensor([1000], 'int64')), value(1000n))).toBeNull();
    expect(await check(caseOf(tensor([1000], 'int64')), value(1001n))).toMatch(/found 1001/);
  });

  it('another type, shape, or nothing is wrong', async () => {
    expect(await check(caseOf(tensor([1])), f32(1))).toMatch(
      /found float32 \[1\], expected float64 \[1\]/,
    );
    expect(await check(caseOf(tensor([1])), f64(1, 2))).toMatch(/found float64 \[2\]/);
    expect(await check(caseOf(tensor([1])), undefined)).toMatch(/found none, expected float64/);
  });

  it('several cases are checked in turn', async () => {
    expect(await check([caseOf(tensor([1])), caseOf(tensor([2]))], f64(1))).toMatch(/case 2:/);
  });
});

describe('a file that is no golden file', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['an empty array', [], /Too small/],
    ['a number', 3, /expected object/],
    ['no outputs', { inputs: {}, outputs: {} }, /expected an output/],
    ['a misspelt field', caseOf(tensor([1]), { tolerance: 1 }), /tolerance/],
    ['a type that is none', caseOf(tensor([1], 'float99')), /dtype/],
    ['another number of elements', caseOf({ dtype: 'float64', shape: [3], data: [1] }), /as shape/],
    ['a fraction as integer', caseOf(tensor([1.5], 'int64')), /expected integers/],
    ['text as a number', caseOf(tensor(['1'])), /data/],
    [
      'a negative tolerance',
      caseOf(tensor([1]), { tolerances: { absolute: -1, relative: 0 } }),
      /absolute/,
    ],
  ])('%s', async (_, golden, message) => {
    expect(await check(golden, f64(1))).toMatch(message);
  });

  it('no JSON, no UTF-8', () => {
    expect(() => readGoldenVectors(Buffer.from('{'), 'g.json')).toThrow(/^g.json: found no JSON/);
    expect(() => readGoldenVectors(Buffer.from([0xff]), 'g.json')).toThrow(/g.json: found no JSON/);
  });
});
