/** What happens to a line from outside, as explicit functions of time: material, hall, feeding, haul-off. */
import { derive } from './hash.ts';
import { STREAM } from './stream.ts';
import { valueNoise } from './value-noise.ts';

/** The disturbances of one line; `at` sets every field for a moment. */
export class Disturbances {
  /** Hall temperature, degC. */
  hallC = 0;
  /** Viscosity of the material batch relative to the reference. */
  batch = 1;
  /** Bulk density of the pellets in the feed relative to the reference. */
  bulk = 1;
  /** Irregular conveying: relative fluctuation of feed and pressure around zero. */
  surge = 0;
  /** Relative error of the haul-off drive. */
  haulOff = 0;
  /** Vacuum in the calibration tank, mbar below the atmosphere. */
  vacuumMbar = 0;
  /** Cooling water where it enters, degC. */
  waterInC = 0;
  readonly #key: Readonly<Record<keyof typeof STREAM, number>>;

  constructor(lineKey: number) {
    const of = (stream: number): number => derive(lineKey, stream);
    this.#key = Object.fromEntries(
      Object.entries(STREAM).map(([name, stream]) => [name, of(stream)]),
    ) as Record<keyof typeof STREAM, number>;
  }

  at(tS: number): void {
    const key = this.#key;
    this.hallC = 22 + 4 * valueNoise(key.ambient, tS, 21_600);
    this.batch =
      1 + 0.09 * valueNoise(key.batch, tS, 9000) + 0.03 * valueNoise(key.batchFine, tS, 1500);
    this.bulk = 1 + 0.015 * valueNoise(key.bulkDensity, tS, 700);
    const level = 0.5 + 0.5 * valueNoise(key.surgeLevel, tS, 1800);
    this.surge = (0.004 + 0.05 * level * level) * valueNoise(key.surge, tS, 30);
    this.haulOff = 0.004 * valueNoise(key.haulOff, tS, 45);
    this.vacuumMbar = 320 + 14 * valueNoise(key.vacuum, tS, 240);
    this.waterInC = 13 + 0.25 * (this.hallC - 22) + 0.8 * valueNoise(key.coolingWater, tS, 900);
  }
}
