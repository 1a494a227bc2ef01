/** Smooth noise that can be evaluated anywhere: random values on a lattice, a cubic between them. */
import { derive, signed, unit } from './hash.ts';

/**
 * The noise of `key` at `tS`, in [-1, 1], with one independent value every `periodS` seconds (variance about 1/4).
 * Continuous with a continuous slope. Each key has a lattice of its own, so that lines do not turn at the same moments.
 */
export function valueNoise(key: number, tS: number, periodS: number): number {
  const place = tS / periodS + unit(key);
  const cell = Math.floor(place);
  const x = place - cell;
  const from = signed(derive(key, cell));
  const to = signed(derive(key, cell + 1));
  return from + (to - from) * x * x * (3 - 2 * x);
}
