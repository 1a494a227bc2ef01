/**
 * Labelled windows of a simulation, made by the window engine that serves: each lab result belongs to the last window
 * that ends at or before the moment when the product was made.
 */
import { checkDefinitions, MetricDictionary, type TensorRow } from '@windrow/core';
import {
  QUALITY_INPUT_NAMES,
  QUALITY_WINDOW_S,
  definitionsFor,
  labResults,
  parseSimUri,
  simSource,
  type LabResults,
} from '@windrow/simulator';
import { WindowEngine, type TensorSink } from '@windrow/windowing';
import { FEATURES_A_CHANNEL, windowFeatures } from './window-features.ts';

const STEP_S = 60;
/** A piece of each line every five minutes: more than any laboratory would take, so that a short simulation suffices. */
const LAB_EVERY_S = 300;
const CHANNELS: number = QUALITY_INPUT_NAMES.length;
const CELLS: number = QUALITY_WINDOW_S;

export interface Examples {
  readonly count: number;
  /** Row-major, `count` x 50. */
  readonly features: Float64Array;
  readonly targets: Float64Array;
  /** Last lab value of the line that was known when the window ended; NaN where there was none. */
  readonly lastKnown: Float64Array;
}

/** The examples of a simulation; a result whose window was not scored gives none. */
export async function examplesOf(uri: string): Promise<Examples> {
  const options = parseSimUri(uri);
  const labels = labResults(options, { everyS: LAB_EVERY_S });
  const collector = new Collector(labels);
  const entries = definitionsFor(options, { stepS: STEP_S });
  const definitions = checkDefinitions(
    entries.map((value, i) => ({ value, where: `entry ${i + 1}` })),
    uri,
  );
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  const engine = new WindowEngine(
    definitions.map((definition) => ({ definition, dtype: 'float64' as const })),
    {
      dictionary,
      outOfOrderMs: options.disorderS * 1000,
      aheadMs: 0,
      range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
    },
  );
  const source = simSource(uri);
  const reading = { dictionary, range: null, reject: (): void => undefined };
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, reading)) {
      engine.push(batch);
      engine.run(collector);
    }
  }
  engine.finish();
  engine.run(collector);
  return collector.examples();
}

/** A sink of tensors that keeps the features of those that have a label. */
class Collector implements TensorSink {
  readonly #labels: LabResults;
  /** Labels of each line by the end of their window. */
  readonly #byWindow: Map<number, number[]>[];
  readonly #row: TensorRow = { data: new Float64Array(CHANNELS * CELLS), offset: 0 };
  readonly #features: Float64Array;
  readonly #label: Int32Array;
  #count = 0;

  constructor(labels: LabResults) {
    this.#labels = labels;
    this.#byWindow = labels.lines.map(() => new Map());
    for (let i = 0; i < labels.length; i++) {
      const end = windowEndOf(labels.timestampsMs[i]!);
      const windows = this.#byWindow[labels.lineIndex[i]!]!;
      windows.set(end, [...(windows.get(end) ?? []), i]);
    }
    this.#features = new Float64Array(labels.length * CHANNELS * FEATURES_A_CHANNEL);
    this.#label = new Int32Array(labels.length);
  }

  reserve(): TensorRow {
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    for (const label of this.#byWindow[target]!.get(windowEndMs) ?? []) {
      const width = CHANNELS * FEATURES_A_CHANNEL;
      const shape = { channels: CHANNELS, cells: CELLS };
      windowFeatures(this.#row, shape, this.#features, this.#count * width);
      this.#label[this.#count++] = label;
    }
  }

  examples(): Examples {
    const used = Array.from(this.#label.subarray(0, this.#count));
    return {
      count: this.#count,
      features: this.#features.subarray(0, this.#count * CHANNELS * FEATURES_A_CHANNEL),
      targets: Float64Array.from(used, (label) => this.#labels.values[label]!),
      lastKnown: Float64Array.from(used, (label) => this.#lastKnown(label)),
    };
  }

  #lastKnown(label: number): number {
    const { lineIndex, knownMs, timestampsMs, values } = this.#labels;
    const end = windowEndOf(timestampsMs[label]!);
    for (let i = label - 1; i >= 0 && lineIndex[i] === lineIndex[label]; i--) {
      if (knownMs[i]! <= end) return values[i]!;
    }
    return Number.NaN;
  }
}

function windowEndOf(timestampMs: number): number {
  return Math.floor(timestampMs / (STEP_S * 1000)) * STEP_S * 1000;
}
