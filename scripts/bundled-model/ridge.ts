/** Ridge regression in closed form: normal equations, Cholesky. Sums in a fixed order, so the same bits each time. */

/**
 * The weights `w` that minimise `|A w - b|^2 + alpha |w|^2`.
 * @param rows `A`, row-major, `targets.length` x `width`
 * @throws RangeError where the equations are singular, which `alpha > 0` excludes
 */
export function ridge(
  rows: Float64Array,
  targets: Float64Array,
  { width, alpha }: { readonly width: number; readonly alpha: number },
): Float64Array {
  const gram = new Float64Array(width * width);
  const moment = new Float64Array(width);
  for (let row = 0; row < targets.length; row++) {
    const at = row * width;
    for (let i = 0; i < width; i++) {
      const x = rows[at + i]!;
      moment[i] = moment[i]! + x * targets[row]!;
      for (let j = 0; j <= i; j++) {
        gram[i * width + j] = gram[i * width + j]! + x * rows[at + j]!;
      }
    }
  }
  for (let i = 0; i < width; i++) gram[i * width + i] = gram[i * width + i]! + alpha;
  factorise(gram, width);
  substitute(gram, moment, width);
  return moment;
}

/** Replaces the lower half of a symmetric positive matrix by its Cholesky factor. */
function factorise(matrix: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * width + k]! * matrix[j * width + k]!;
      if (i !== j) {
        matrix[i * width + j] = sum / matrix[j * width + j]!;
        continue;
      }
      if (!(sum > 0)) throw new RangeError(`ridge: found a pivot of ${sum}, expected more than 0`);
      matrix[i * width + i] = Math.sqrt(sum);
    }
  }
}

/** Solves `L L' x = b` in place of `b`. */
function substitute(factor: Float64Array, b: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * width + k]! * b[k]!;
    b[i] = sum / factor[i * width + i]!;
  }
  for (let i = width - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < width; k++) sum -= factor[k * width + i]! * b[k]!;
    b[i] = sum / factor[i * width + i]!;
  }
}
