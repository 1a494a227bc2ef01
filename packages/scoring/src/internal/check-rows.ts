/**
 * Does a model give the same number for the same window, whatever else is run with it, and each time? A sum over the first axis, or
 * noise that was left on in training, shows in no shape and no type; a few runs on made-up windows show it.
 *
 * What they cannot show: a model that gives the same number for all of them, or none. It is taken.
 */
import { WindrowError, found } from '@windrow/core';
import type { ModelBinding } from '../check-model.ts';
import { RunFailure } from './run-failure.ts';

interface Range {
  readonly middle: number;
  readonly reach: number;
}

/**
 * The numbers of each window: scaled to unit variance, and as sensors give them. What a mean over windows so far apart does to one of them
 * is no rounding.
 */
const RANGES: readonly Range[] = [
  { middle: 0, reach: 2 },
  { middle: 50, reach: 50 },
  { middle: 500, reach: 500 },
];
/**
 * Of the greatest output so far, from the smallest numbers to the largest. The runtime adds in another order for other numbers of rows: of
 * the models measured the most honest difference was 1e-7. The same run twice gave the same bits.
 */
const BESIDE_TOLERANCE = 1e-4;
const AGAIN_TOLERANCE = 1e-5;
/** What eight bits whose scale is that of the whole batch do to windows of one range, and a mean or a softmax over the batch does not. */
const ROUNDING_TOLERANCE = 0.05;

export interface RowProbe {
  readonly binding: ModelBinding;
  /** Elements of a row. */
  readonly rowLength: number;
  /** Rows for which a batch has room; two are run together in any case. */
  readonly rowsMax: number;
  /** For messages: the model's file. */
  readonly path: string;
  /** Runs `[rows, ...rowDims]`, row-major; one number for each row. */
  run(data: Float64Array | Float32Array, rows: number): Promise<Float64Array>;
}

/**
 * Runs made-up windows, always the same, each by itself and all together.
 * @returns why windows are to be run one by one, because a number is rounded by what else is in its batch; null: they need not
 * @throws WindrowError MODEL where a number depends on the other rows of its batch beyond that, or differs from run to run
 */
export async function checkRows(probe: RowProbe): Promise<string | null> {
  const { rowsMax } = probe;
  const apart = RANGES.slice(0, Math.max(2, rowsMax));
  const fault = await faultOf(probe, apart, { seed: 0, tolerance: BESIDE_TOLERANCE });
  if (fault === null) return null;
  // A tree may take another branch for a feature in the last bit of which two sums differ; not twice by chance.
  if ((await faultOf(probe, apart, { seed: 1, tolerance: BESIDE_TOLERANCE })) === null) return null;
  const { path, binding } = probe;
  const message = `${path}: output ${found(binding.outputName)}: ${fault}`;
  for (const range of RANGES) {
    const alike = await faultOf(probe, [range, range], { seed: 2, tolerance: ROUNDING_TOLERANCE });
    if (alike !== null) throw new WindrowError('MODEL', message);
  }
  return (
    `${path}: output ${found(binding.outputName)}: windows are run one by one, since numbers are rounded by what else is in a batch ` +
    '(dynamic quantisation); export the model with static quantisation or without, if that is too slow'
  );
}

interface Look {
  readonly seed: number;
  /** Of the greatest output so far. */
  readonly tolerance: number;
}

async function faultOf(
  probe: RowProbe,
  ranges: readonly Range[],
  look: Look,
): Promise<string | null> {
  const { binding, rowLength } = probe;
  const Data = binding.dtype === 'float64' ? Float64Array : Float32Array;
  const data = new Data(ranges.length * rowLength);
  const alone: number[] = [];
  for (const [i, { middle, reach }] of ranges.entries()) {
    const at = alone.length * rowLength;
    const row = data.subarray(at, at + rowLength);
    for (let k = 0; k < rowLength; k++) row[k] = middle + reach * noise(look.seed, i, k);
    const value = await valueAlone(probe, row);
    if (value !== null) alone.push(value);
  }
  const fault = await faultOfRuns(probe, data, alone, look);
  // As after the warm-up: not left to a collection.
  data.buffer.transfer(0);
  return fault;
}

async function faultOfRuns(
  probe: RowProbe,
  data: Float64Array | Float32Array,
  alone: readonly number[],
  { tolerance }: Look,
): Promise<string | null> {
  const { binding, rowLength } = probe;
  const first = alone[0];
  if (first === undefined) return null;
  const again = (await probe.run(data.subarray(0, rowLength), 1))[0]!;
  if (differs(first, again, AGAIN_TOLERANCE * magnitude(first))) {
    return (
      `found ${first} and then ${again} for the same window, expected the same number from every run; ` +
      'the model draws random numbers: export it for inference, without dropout, noise or sampling'
    );
  }
  if (binding.batch === 'one' || alone.length < 2) return null;
  const together = await probe.run(data.subarray(0, alone.length * rowLength), alone.length);
  let greatest = 0;
  for (const [i, value] of alone.entries()) {
    greatest = Math.max(greatest, magnitude(value));
    if (!differs(value, together[i]!, tolerance * greatest)) continue;
    return (
      `found ${value} for a window by itself and ${together[i]} beside others, expected a number that depends on its own window alone; ` +
      'the model reduces or normalises over its first axis, the batch: correct that (batch normalisation must not be in training mode), ' +
      'or export it with the batch axis fixed to 1, with which windows are run one by one'
    );
  }
  return null;
}

/** null where the runtime refuses the numbers of a window, such as an index out of bounds. */
async function valueAlone(
  probe: RowProbe,
  row: Float64Array | Float32Array,
): Promise<number | null> {
  try {
    return (await probe.run(row, 1))[0]!;
  } catch (error) {
    // What is no number a window, or a worker that died, is told of elsewhere.
    if (!(error instanceof WindrowError) || error instanceof RunFailure) throw error;
    return null;
  }
}

/** Of results that are not finite none is handed on: they are alike. */
function differs(a: number, b: number, tolerance: number): boolean {
  if (Number.isFinite(a) !== Number.isFinite(b)) return true;
  return Number.isFinite(a) && Math.abs(a - b) > tolerance;
}

function magnitude(value: number): number {
  return Number.isFinite(value) ? Math.abs(value) : 0;
}

/** From -1 to 1, the same for the same arguments. */
function noise(seed: number, row: number, cell: number): number {
  let h = Math.imul(seed * 7919 + row * 104_729 + cell + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 31 - 1;
}
