/**
 * The sensors of a line: names, units, resolution, noise. The first 25 are the same on every line; further ones are
 * zones of the die. `sensors=n` takes the first n.
 */
import { BARREL_ZONES } from './internal/line-character.ts';
import type { LinePhysics } from './internal/line-physics.ts';

/** A sensor: what it reads of the true state, how finely, how noisily. */
export interface Sensor {
  /** Lower-case words with hyphens: part of the metric id. */
  readonly name: string;
  /** As shown to people: `degC`, `bar`, `rpm`, `kg/h`, `m/min`, `mm`, `A`, `%`, `mbar`. */
  readonly unit: string;
  /** Decimals that the sensor reports. */
  readonly decimals: number;
  /** Standard deviation of its noise, in its unit. */
  readonly noise: number;
  /** The true value, in its unit. */
  readonly read: (line: LinePhysics) => number;
}

function barrelZone(zone: number): Sensor {
  return {
    name: `barrel-zone-${zone + 1}-temperature`,
    unit: 'degC',
    decimals: 1,
    noise: 0.12,
    read: (line) => line.barrelC[zone]! + line.character.zoneBiasC[zone]!,
  };
}

function dieZone(zone: number): Sensor {
  return {
    name: `die-zone-${zone + 1}-temperature`,
    unit: 'degC',
    decimals: 1,
    noise: 0.12,
    read: (line) => line.dieZonesC[zone]!,
  };
}

function sensor(name: string, unit: string, row: Omit<Sensor, 'name' | 'unit'>): Sensor {
  return { name, unit, ...row };
}

const LINE_SENSORS: readonly Sensor[] = [
  sensor('screw-speed', 'rpm', { decimals: 1, noise: 0.08, read: (l) => l.screwRpm }),
  sensor('melt-temperature', 'degC', { decimals: 1, noise: 0.3, read: (l) => l.meltC }),
  sensor('melt-pressure', 'bar', { decimals: 1, noise: 1.2, read: (l) => l.beforeScreenBar }),
  sensor('die-pressure', 'bar', { decimals: 1, noise: 1, read: (l) => l.afterScreenBar }),
  sensor('motor-current', 'A', { decimals: 1, noise: 1.5, read: (l) => l.motorAmpere }),
  sensor('motor-load', '%', { decimals: 1, noise: 0.4, read: (l) => l.motorLoadPercent }),
  sensor('feeder-rate', 'kg/h', { decimals: 1, noise: 1.5, read: (l) => l.feedKgH }),
  sensor('line-speed', 'm/min', { decimals: 2, noise: 0.008, read: (l) => l.haulOffMMin }),
  sensor('wall-thickness', 'mm', { decimals: 2, noise: 0.012, read: (l) => l.wallMm }),
  sensor('diameter', 'mm', { decimals: 2, noise: 0.01, read: (l) => l.diameterMm }),
  sensor('die-temperature', 'degC', { decimals: 1, noise: 0.12, read: (l) => l.dieC }),
  sensor('die-lip-temperature', 'degC', { decimals: 1, noise: 0.12, read: (l) => l.dieLipC }),
  sensor('vacuum', 'mbar', { decimals: 0, noise: 1.5, read: (l) => l.outside.vacuumMbar }),
  sensor('water-in-temperature', 'degC', {
    decimals: 1,
    noise: 0.1,
    read: (l) => l.outside.waterInC,
  }),
  sensor('water-out-temperature', 'degC', { decimals: 1, noise: 0.1, read: (l) => l.waterOutC }),
  sensor('hall-temperature', 'degC', { decimals: 1, noise: 0.1, read: (l) => l.outside.hallC }),
  sensor('barrel-setpoint', 'degC', { decimals: 1, noise: 0, read: (l) => l.barrelSetpointC }),
];

const BASE_SENSORS: readonly Sensor[] = [
  ...LINE_SENSORS.slice(0, 4),
  ...Array.from({ length: BARREL_ZONES }, (_, zone) => barrelZone(zone)),
  ...LINE_SENSORS.slice(4),
];

/** How many sensors every line has before its die zones: 25. */
export const BASE_SENSOR_COUNT: number = BASE_SENSORS.length;

/** The first `count` sensors of a line. */
export function sensorsOf(count: number): readonly Sensor[] {
  const zones = dieZoneCount(count);
  return [
    ...BASE_SENSORS.slice(0, count),
    ...Array.from({ length: zones }, (_, zone) => dieZone(zone)),
  ];
}

/** How many die zones a line with `count` sensors reports. */
export function dieZoneCount(count: number): number {
  return Math.max(0, count - BASE_SENSOR_COUNT);
}
