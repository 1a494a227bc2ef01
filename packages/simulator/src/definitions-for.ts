/**
 * Definitions for simulated lines with the bundled model: the ten fields, as a definitions file holds them.
 *
 * Every line has metrics of its own, and one model serves them all: so the model's metadata cannot name metric ids. It
 * names sensors (`input_names`), and here they become the ids of each line, in the model's order.
 */
import { WindrowError } from '@windrow/core';
import { idOf } from './line-id.ts';
import { BASE_SENSOR_COUNT, sensorsOf } from './sensors.ts';
import type { SimOptions } from './sim-options.ts';
import { simulatedLines } from './simulated-lines.ts';

/** The bundled model: in the model store under this name. */
export const QUALITY_MODEL = 'extrusion-quality';
/** Length of the windows that it takes, s; its cells are one second. */
export const QUALITY_WINDOW_S = 300;

/** The sensors that the bundled model reads, in the order of its channels: the first 25 of a line. */
export const QUALITY_INPUT_NAMES: readonly string[] = sensorsOf(BASE_SENSOR_COUNT).map(
  (sensor) => sensor.name,
);

/** The ten fields of a definition in a file; durations in seconds. */
export interface DefinitionEntry {
  readonly input_metric_ids: readonly string[];
  readonly window_size_s: number;
  readonly step_size_s: number;
  readonly line_id: string;
  readonly model_identifier: string;
  readonly model_version: number | null;
  readonly output_metric_id: string;
  readonly output_device_id: string;
  readonly output_machine_id: string;
  readonly output_metric_name: string;
}

/** What may differ between definitions of one simulation. */
export interface DefinitionsOptions {
  /** Seconds from one prediction to the next. Default 60. */
  readonly stepS?: number;
}

/**
 * One definition a line: burst pressure by the bundled model's newest version, from windows of five minutes.
 * @throws WindrowError USAGE where the lines lack sensors that the model reads
 */
export function definitionsFor(
  options: Pick<SimOptions, 'lines' | 'sensors'>,
  { stepS = 60 }: DefinitionsOptions = {},
): DefinitionEntry[] {
  if (options.sensors < BASE_SENSOR_COUNT) {
    const message = `simulator: sensors: found ${options.sensors}, expected at least ${BASE_SENSOR_COUNT}: the model ${QUALITY_MODEL} reads so many`;
    throw new WindrowError('USAGE', message);
  }
  return simulatedLines(options).map((line) => ({
    input_metric_ids: QUALITY_INPUT_NAMES.map((sensor) => idOf(line.name, sensor)),
    window_size_s: QUALITY_WINDOW_S,
    step_size_s: stepS,
    line_id: line.lineId,
    model_identifier: QUALITY_MODEL,
    model_version: null,
    output_metric_id: idOf(line.name, 'predicted-burst-pressure'),
    output_device_id: idOf(line.name, 'device'),
    output_machine_id: idOf(line.name, 'machine'),
    output_metric_name: `${line.name} predicted-burst-pressure`,
  }));
}
