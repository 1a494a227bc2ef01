/** What a simulation contains: lines, and their sensors as metrics. */
import { idOf, lineId, lineName } from './line-id.ts';
import { sensorsOf } from './sensors.ts';
import type { SimOptions } from './sim-options.ts';

/** A sensor as a metric. */
export interface SimulatedMetric {
  readonly metricId: string;
  /** `melt-pressure` */
  readonly name: string;
  /** `bar` */
  readonly unit: string;
  /** Decimals that it reports. */
  readonly decimals: number;
}

/** A line with its metrics, in the order in which they report. */
export interface SimulatedLine {
  /** From 0. */
  readonly index: number;
  /** `extrusion-001` */
  readonly name: string;
  readonly lineId: string;
  readonly metrics: readonly SimulatedMetric[];
}

/** The lines of a simulation. Their ids depend on nothing but line number and sensor. */
export function simulatedLines(options: Pick<SimOptions, 'lines' | 'sensors'>): SimulatedLine[] {
  const sensors = sensorsOf(options.sensors);
  return Array.from({ length: options.lines }, (_, index) => {
    const name = lineName(index);
    const metrics = sensors.map((sensor) => ({
      metricId: idOf(name, sensor.name),
      name: sensor.name,
      unit: sensor.unit,
      decimals: sensor.decimals,
    }));
    return { index, name, lineId: lineId(name), metrics };
  });
}
