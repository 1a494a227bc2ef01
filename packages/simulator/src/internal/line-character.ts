/** What is particular to one machine and does not change: drawn once from its seed. */
import { derive, signed } from './hash.ts';
import { STREAM } from './stream.ts';

/** Barrel zones of every line, from the feed to the adapter. */
export const BARREL_ZONES = 8;

export interface LineCharacter {
  /** Screw speed in the middle of its range, rpm. */
  readonly screwRpm: number;
  /** Barrel setpoint of the reference recipe, degC. */
  readonly barrelC: number;
  /** Throughput per screw turn at the reference viscosity and back pressure, kg/h per rpm. */
  readonly kgHPerRpm: number;
  /** From the die to the gauges, m. */
  readonly gaugeM: number;
  /** Pressure after the screen pack at the reference point, bar. */
  readonly dieBar: number;
  /** Pressure lost in a clean screen pack at the reference point, bar. */
  readonly screenBar: number;
  /** Closed-loop time constant of each barrel zone, s. */
  readonly zoneLagS: Float64Array;
  /** How far each zone's thermocouple stands from the true wall temperature, degC. */
  readonly zoneBiasC: Float64Array;
}

/** The character of the line with this key. */
export function lineCharacter(lineKey: number): LineCharacter {
  const key = derive(lineKey, STREAM.character);
  const draw = (index: number): number => signed(derive(key, index));
  return {
    screwRpm: 60 * (1 + 0.1 * draw(0)),
    barrelC: 195 + 2.5 * draw(1),
    kgHPerRpm: 5.2 * (1 + 0.04 * draw(2)),
    gaugeM: 9 * (1 + 0.15 * draw(3)),
    dieBar: 180 * (1 + 0.06 * draw(4)),
    screenBar: 25 * (1 + 0.15 * draw(5)),
    zoneLagS: Float64Array.from({ length: BARREL_ZONES }, (_, zone) => 220 + 60 * draw(16 + zone)),
    zoneBiasC: Float64Array.from({ length: BARREL_ZONES }, (_, zone) => 0.4 * draw(32 + zone)),
  };
}
