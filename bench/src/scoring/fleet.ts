/**
 * A factory to be scored: lines of simulated sensors, ten definitions on each, and many models that these share.
 *
 * The models are the bundled one under other names: each is a session of its own, and its numbers can be checked.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MetricDictionary, checkDefinitions, type Definition } from '@windrow/core';
import {
  QUALITY_MODEL,
  definitionsFor,
  simOptions,
  simSourceOf,
  type DefinitionEntry,
} from '@windrow/simulator';

const BUNDLED = join(import.meta.dirname, '../../../models', QUALITY_MODEL);
export const PER_LINE = 10;
export const STEP_S = 10;
export const SENSORS = 25;
export const WINDOW_S = 300;
/** Lines and seconds of the simulation; other lines and times repeat them. */
const TEMPLATE_LINES = 30;
const TEMPLATE_S = 600;

export interface Fleet {
  readonly lines: number;
  /** Line `l` has the definitions from `l * PER_LINE` on, each with another model. */
  readonly definitions: readonly Definition[];
  /** Closed over the inputs of all lines. */
  readonly dictionary: MetricDictionary;
  /** Slot of each input of a line: `slots[line * SENSORS + sensor]`. */
  readonly slots: Int32Array;
  /** What a line's input reads at a second. */
  readonly value: (line: number, sensor: number, second: number) => number;
}

/** Writes `count` models under `root`, and gives their names. */
export function writeModels(root: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `model-${i}`);
  for (const name of names) {
    mkdirSync(join(root, name), { recursive: true });
    cpSync(join(BUNDLED, '1'), join(root, name, '1'), { recursive: true });
  }
  return names;
}

/** A definitions file for the simulated lines: those of line `l` from `l * PER_LINE` on, each with another model. */
export function fleetEntries(lines: number, models: readonly string[]): DefinitionEntry[] {
  const entries = definitionsFor({ lines, sensors: SENSORS }, { stepS: STEP_S });
  return entries.flatMap((entry, line) =>
    Array.from({ length: PER_LINE }, (_, k) => ({
      ...entry,
      // Neighbours on a line have models far apart, so that no run of one line is a batch.
      model_identifier: models[(line * PER_LINE + k) % models.length]!,
      output_metric_id: outputId(line * PER_LINE + k),
    })),
  );
}

export async function buildFleet(lines: number, models: readonly string[]): Promise<Fleet> {
  const raw = fleetEntries(lines, models);
  const definitions = checkDefinitions(
    raw.map((value, i) => ({ value, where: `definition ${i}` })),
    'the fleet',
  );
  const ids = raw.filter((_, i) => i % PER_LINE === 0).flatMap((entry) => entry.input_metric_ids);
  const dictionary = MetricDictionary.of(ids);
  const slots = Int32Array.from(ids, (id) => dictionary.admit(id));
  const template = await simulate();
  const value = (line: number, sensor: number, second: number): number =>
    template[
      ((line % TEMPLATE_LINES) * SENSORS + sensor) * TEMPLATE_S + ((second + line * 7) % TEMPLATE_S)
    ]!;
  return { lines, definitions, dictionary, slots, value };
}

function outputId(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Ten minutes of thirty lines: `[line][sensor][second]`. */
async function simulate(): Promise<Float64Array> {
  const options = simOptions({
    lines: TEMPLATE_LINES,
    sensors: SENSORS,
    durationMs: TEMPLATE_S * 1000,
  });
  const entries = definitionsFor(options);
  const dictionary = MetricDictionary.of(entries.flatMap((e) => e.input_metric_ids));
  const seriesOf = new Map(
    entries.flatMap((e, line) =>
      e.input_metric_ids.map((id, sensor) => [dictionary.admit(id), line * SENSORS + sensor]),
    ),
  );
  const values = new Float64Array(TEMPLATE_LINES * SENSORS * TEMPLATE_S);
  const source = simSourceOf(options);
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, { dictionary, range: null, reject: refuse })) {
      for (let i = 0; i < batch.length; i++) {
        const series = seriesOf.get(batch.slots[i]!);
        if (series === undefined) continue;
        const second = Math.floor((batch.timestampsMs[i]! - options.startMs) / 1000);
        values[series * TEMPLATE_S + second] = batch.values[i]!;
      }
    }
  }
  return values;
}

function refuse(): void {
  throw new Error('the simulator gives no rows that cannot be read');
}
