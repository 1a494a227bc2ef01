/**
 * What a peer is asked to do, as its one argument in JSON: the windows of the benchmark's definitions, which are alike in
 * everything but their ids. A user who writes such a script knows that of the own definitions too.
 */
import { readFileSync } from 'node:fs';

export interface PeerTask {
  /** Parquet file of metric_id, timestamp_ms, value. */
  readonly samples: string;
  /** Definitions as JSON. */
  readonly definitions: string;
  /** The ONNX file. */
  readonly model: string;
  /** Parquet file for the predictions: metric_id, timestamp_ms, value. */
  readonly sink: string;
}

/** All definitions at once; durations in seconds. */
export interface Windows {
  readonly sizeS: number;
  readonly stepS: number;
  /** An observation stands for as many seconds. */
  readonly fillS: number;
  /** Inputs of each line. */
  readonly inputs: readonly (readonly string[])[];
  /** Predicted metric of each line. */
  readonly outputs: readonly string[];
}

interface Entry {
  readonly input_metric_ids: readonly string[];
  readonly window_size_s: number;
  readonly step_size_s: number;
  readonly output_metric_id: string;
}

export function readTask(): PeerTask {
  return JSON.parse(process.argv[2]!) as PeerTask;
}

export function readWindows(task: PeerTask): Windows {
  const entries = JSON.parse(readFileSync(task.definitions, 'utf8')) as readonly Entry[];
  return {
    sizeS: entries[0]!.window_size_s,
    stepS: entries[0]!.step_size_s,
    fillS: 60,
    inputs: entries.map((entry) => entry.input_metric_ids),
    outputs: entries.map((entry) => entry.output_metric_id),
  };
}
