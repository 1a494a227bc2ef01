/**
 * What the operator does: a new operating point about every forty minutes, a new screen pack about every four hours.
 *
 * Time is cut into cells; each cell holds one change, somewhere in its middle. So the state at any time follows from the
 * cell and the one before.
 */
import { derive, signed, unit } from './hash.ts';

const POINT_CELL_S = 2400;
const SCREEN_CELL_S = 14_400;

/** Index of the cell whose change was the last at or before `tS`. */
function changedCell(key: number, tS: number, cellS: number): number {
  const cell = Math.floor(tS / cellS);
  return tS >= changeAt(key, cell, cellS) ? cell : cell - 1;
}

function changeAt(key: number, cell: number, cellS: number): number {
  return (cell + 0.1 + 0.8 * unit(derive(key, cell))) * cellS;
}

/** Setpoints relative to the line's reference. */
export interface OperatingPoint {
  /** Factor of the screw speed. */
  speed: number;
  /** Added to the barrel setpoints, degC. */
  barrelC: number;
  /** Factor of the wall thickness that the haul-off speed is set for. */
  wall: number;
}

/** Writes the operating point at `tS` into `out`. */
export function operatingPointAt(key: number, tS: number, out: OperatingPoint): void {
  const own = derive(key, changedCell(key, tS, POINT_CELL_S) ^ 0x5bd1e995);
  out.speed = 0.98 + 0.13 * signed(derive(own, 0));
  out.barrelC = 6 * signed(derive(own, 1));
  out.wall = 1 + 0.02 * signed(derive(own, 2));
}

/** How clogged the screen pack is: 0 when new, about 1 after four hours, growing faster and faster. */
export function screenClogAt(key: number, tS: number): number {
  const changedS = changeAt(key, changedCell(key, tS, SCREEN_CELL_S), SCREEN_CELL_S);
  const age = (tS - changedS) / SCREEN_CELL_S;
  return 0.35 * age + 0.65 * age * age;
}
