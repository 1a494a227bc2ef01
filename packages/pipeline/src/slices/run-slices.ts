/**
 * Runs the slices that are not finished, several at once, and records each. The record follows the files, so that a run that is killed
 * at any point has lost the slices in hand and nothing else.
 */
import type { JobProgress } from '../job.ts';
import type { SliceRecord } from './slice-record.ts';
import type { Slice } from './slice.ts';
import { readBySlices } from './slices-of.ts';
import type { SliceFiles } from './run-slice.ts';
import type { WorkFolder } from './work-folder.ts';

/** Runs one slice at a time: this thread, or another. */
export interface SliceRunner {
  run(
    slice: Slice,
    files: SliceFiles,
    onProgress: (progress: JobProgress) => void,
  ): Promise<SliceRecord>;
}

export interface SlicesProgress {
  readonly slices: number;
  readonly slicesTotal: number;
  /** Samples read, of finished slices and those in hand. */
  readonly samples: number;
  /** null where it is not known. */
  readonly samplesTotal: number | null;
  readonly predictions: number;
}

export interface RunSlicesOptions {
  readonly slices: readonly Slice[];
  readonly folder: WorkFolder;
  readonly runners: readonly SliceRunner[];
  readonly keepsLetters: boolean;
  /** When aborted, the slices in hand are finished and no other is begun. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SlicesProgress) => void;
}

/**
 * @returns how many slices are finished: fewer than there are only where the signal was aborted
 * @throws what a slice threw, after the other slices in hand were finished
 */
export async function runSlices(options: RunSlicesOptions): Promise<number> {
  const { slices, folder, runners } = options;
  const missing = slices.filter(({ index }) => !folder.records.has(index));
  const progress = new ProgressOfAll(options);
  const failures: unknown[] = [];
  const work = async (runner: SliceRunner): Promise<void> => {
    for (;;) {
      if (failures.length > 0 || options.signal.aborted) return;
      const slice = missing.shift();
      if (slice === undefined) return;
      try {
        await runAndRecord(runner, slice, options, progress);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(runners.map(work));
  if (failures.length > 0) throw failures[0];
  return folder.records.size;
}

async function runAndRecord(
  runner: SliceRunner,
  slice: Slice,
  { folder, keepsLetters }: RunSlicesOptions,
  progress: ProgressOfAll,
): Promise<void> {
  const { index } = slice;
  const files = {
    predictions: folder.predictionsPath(index),
    letters: keepsLetters ? folder.lettersPath(index) : null,
  };
  const record = await runner.run(slice, files, (own) => progress.note(index, own));
  await folder.record(record);
  progress.finish(index);
}

/** Adds up what the slices tell. */
class ProgressOfAll {
  readonly #options: RunSlicesOptions;
  readonly #inHand: Map<number, JobProgress> = new Map();
  readonly #samplesTotal: number | null;

  constructor(options: RunSlicesOptions) {
    this.#options = options;
    this.#samplesTotal = readBySlices(options.slices).rows;
  }

  note(index: number, progress: JobProgress): void {
    this.#inHand.set(index, progress);
    this.#tell();
  }

  finish(index: number): void {
    this.#inHand.delete(index);
    this.#tell();
  }

  #tell(): void {
    const { slices, folder, onProgress } = this.#options;
    let samples = 0;
    let predictions = 0;
    for (const record of folder.records.values()) {
      samples += record.samples.received;
      predictions += record.predictions;
    }
    for (const own of this.#inHand.values()) {
      samples += own.samples;
      predictions += own.predictions;
    }
    onProgress({
      slices: folder.records.size,
      slicesTotal: slices.length,
      samples,
      samplesTotal: this.#samplesTotal,
      predictions,
    });
  }
}
