/**
 * The predictions of all slices as one run would have written them: by window end, then definition. Slices of time follow one
 * another; those of several groups of lines are merged.
 */
import {
  WindrowError,
  messageOf,
  type DeadLetter,
  type Definition,
  type ModelIdentity,
  type PredictionBatch,
  type Sink,
} from '@windrow/core';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PredictionBuffer } from '../internal/prediction-buffer.ts';
import { SliceRows } from './slice-file.ts';
import type { Slice } from './slice.ts';
import type { WorkFolder } from './work-folder.ts';

const BATCH_ROWS = 8192;
const LETTERS_AT_ONCE = 256;

export interface Assembly {
  readonly definitions: readonly Definition[];
  /** By definition. */
  readonly models: readonly ModelIdentity[];
  readonly slices: readonly Slice[];
  readonly folder: WorkFolder;
}

/** Predictions of slices of time `[from, ...)`, a batch of each after the other, valid until the next is asked for. */
export async function* assemblePredictions(
  assembly: Assembly,
  timeIndex: number,
): AsyncGenerator<PredictionBatch> {
  const { definitions, models, slices, folder } = assembly;
  const own = slices.filter((slice) => slice.timeIndex === timeIndex);
  const batch = new PredictionBuffer(definitions);
  const open: SliceRows[] = [];
  try {
    for (const { index } of own) {
      open.push(await SliceRows.open(folder.predictionsPath(index), definitions.length));
    }
    let rows = open.filter((each) => !each.isOver);
    while (rows.length > 0) {
      const first = earliest(rows);
      const { target, windowEndMs, value } = first;
      batch.push({ definition: target, model: models[target]!, windowEndMs, value, revision: 0 });
      if (first.next()) {
        await first.settle();
        rows = rows.filter((each) => !each.isOver);
      }
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch.clear();
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const each of open) await each.close();
  }
}

function earliest(rows: readonly SliceRows[]): SliceRows {
  let first = rows[0]!;
  for (const each of rows) {
    const by = each.windowEndMs - first.windowEndMs || each.target - first.target;
    if (by < 0) first = each;
  }
  return first;
}

/** Hands the rows that all slices set aside to a sink, in the order of the slices. */
export async function assembleLetters(
  { slices, folder }: Pick<Assembly, 'slices' | 'folder'>,
  sink: Sink<readonly DeadLetter[]>,
): Promise<void> {
  for (const { index } of slices) {
    const path = folder.lettersPath(index);
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    let letters: DeadLetter[] = [];
    for await (const line of lines) {
      letters.push(letterOf(line, path));
      if (letters.length < LETTERS_AT_ONCE) continue;
      await sink.write(letters);
      letters = [];
    }
    if (letters.length > 0) await sink.write(letters);
  }
}

/** The file is as its seal says, so this is what was written. */
function letterOf(line: string, path: string): DeadLetter {
  try {
    return JSON.parse(line) as DeadLetter;
  } catch (error) {
    throw new WindrowError('FORMAT', `${path}: ${messageOf(error)}`, { cause: error });
  }
}
