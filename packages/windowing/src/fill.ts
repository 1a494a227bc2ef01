/**
 * Stage 2, one channel of one window: cells from the ring, gaps filled, into a row of a tensor.
 *
 * The cells of a window stand in the ring from `first` on, wrapping at `capacity`. Each function writes T numbers to
 * `out[at], out[at + stride], ...` and returns how many stayed missing; those are NaN. Assigning to a Float32Array is
 * the one cast, round to nearest even.
 */

/** Where a channel's cells are. */
export interface ChannelCells {
  readonly values: Float64Array;
  /** Start of the track's row in `values`. */
  row: number;
  readonly capacity: number;
  /** Place of the window's first cell. */
  first: number;
  /** T. */
  cells: number;
}

/** Where they go. */
export interface ChannelOut {
  data: Float64Array | Float32Array;
  at: number;
  stride: number;
}

/** Below this, a loop beats the creation of a view. */
const VIEW_CELLS_MIN = 48;

/** The cells as they are. The caller knows how many are missing. */
export function copyCells(from: ChannelCells, to: ChannelOut): void {
  const { values, row, capacity, first, cells } = from;
  const whole = Math.min(cells, capacity - first);
  if (to.stride === 1 && cells >= VIEW_CELLS_MIN && to.data instanceof Float64Array) {
    to.data.set(values.subarray(row + first, row + first + whole), to.at);
    if (whole < cells) to.data.set(values.subarray(row, row + cells - whole), to.at + whole);
    return;
  }
  copyRun(values, row + first, whole, to.data, to.at, to.stride);
  if (whole < cells) {
    copyRun(values, row, cells - whole, to.data, to.at + whole * to.stride, to.stride);
  }
}

function copyRun(
  values: Float64Array,
  from: number,
  count: number,
  data: Float64Array | Float32Array,
  to: number,
  stride: number,
): void {
  let at = to;
  for (let i = from; i < from + count; i++) {
    data[at] = values[i]!;
    at += stride;
  }
}

/** `constant`: missing cells are `value`. */
export function fillConstant(from: ChannelCells, to: ChannelOut, value: number): number {
  const { values, row, capacity, cells } = from;
  const { data, stride } = to;
  let place = from.first;
  let at = to.at;
  for (let t = 0; t < cells; t++) {
    const cell = values[row + place]!;
    data[at] = cell === cell ? cell : value;
    at += stride;
    if (++place === capacity) place = 0;
  }
  return 0;
}

/** `last`: missing cells take the nearest earlier observed one, at most `reach` cells back, also from before the window. */
export function fillLast(from: ChannelCells, to: ChannelOut, reach: number): number {
  const { values, row, capacity, cells } = from;
  const { data, stride } = to;
  let place = from.first;
  let at = to.at;
  let held = Number.NaN;
  // How many cells back the held one is, for the cell about to be written.
  let age = 0;
  if (Number.isNaN(values[row + place])) {
    let back = place;
    for (age = 1; age <= reach; age++) {
      if (--back < 0) back += capacity;
      held = values[row + back]!;
      if (held === held) break;
    }
  }
  let missing = 0;
  for (let t = 0; t < cells; t++) {
    const cell = values[row + place]!;
    if (cell === cell) {
      held = cell;
      age = 0;
      data[at] = cell;
    } else if (age <= reach && held === held) {
      data[at] = held;
    } else {
      data[at] = Number.NaN;
      missing++;
    }
    age++;
    at += stride;
    if (++place === capacity) place = 0;
  }
  return missing;
}

/** `linear`: between the nearest observed cells inside the window, where they are at most `reach` cells apart. */
export function fillLinear(from: ChannelCells, to: ChannelOut, reach: number): number {
  const { values, row, capacity, cells } = from;
  const { data, stride } = to;
  let place = from.first;
  let missing = 0;
  let earlier = -1;
  let earlierValue = Number.NaN;
  for (let t = 0; t < cells; t++) {
    const cell = values[row + place]!;
    if (cell === cell) {
      const apart = t - earlier;
      if (apart > 1) {
        if (earlier >= 0 && apart <= reach) {
          for (let k = earlier + 1; k < t; k++) {
            data[to.at + k * stride] =
              earlierValue + (cell - earlierValue) * ((k - earlier) / apart);
          }
        } else {
          missing += fillMissing(to, earlier + 1, t);
        }
      }
      data[to.at + t * stride] = cell;
      earlier = t;
      earlierValue = cell;
    }
    if (++place === capacity) place = 0;
  }
  return missing + fillMissing(to, earlier + 1, cells);
}

function fillMissing(to: ChannelOut, fromCell: number, toCell: number): number {
  for (let k = fromCell; k < toCell; k++) to.data[to.at + k * to.stride] = Number.NaN;
  return toCell - fromCell;
}
