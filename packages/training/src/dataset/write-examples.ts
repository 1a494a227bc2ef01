/** Tensors, labels and statistics of all splits into the folder of a dataset. */
import type { WindowRecords } from '../collect/collected-windows.ts';
import type { ExampleColumns } from '../examples/example-columns.ts';
import { exampleLayout } from '../output/example-layout.ts';
import { SplitWriter } from '../output/split-writer.ts';
import { PURGED, type Splits } from '../splits/split-examples.ts';
import { InputExtent, InputStatistics, type InputSummary } from '../statistics/input-statistics.ts';
import type { TensorForm } from '../tensor-form.ts';
import type { ExportRequest } from './export-request.ts';

/** Bytes of examples that are gathered for all splits together before they are written. */
const BATCH_BYTES = 48 << 20;

/** What was written of one split. */
export interface WrittenSplit {
  readonly name: string;
  readonly examples: number;
  /** null where there is no example. */
  readonly firstEndMs: number | null;
  readonly lastEndMs: number | null;
  /** Below the dataset's folder. */
  readonly parts: readonly string[];
  readonly inputs: readonly InputSummary[];
  readonly targets: readonly TargetSummary[];
}

export interface TargetSummary {
  readonly name: string;
  readonly count: number;
  readonly mean: number | null;
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface WriteParts {
  readonly form: TensorForm;
  readonly examples: ExampleColumns;
  readonly records: WindowRecords;
  readonly splits: Splits;
  readonly inputNames: readonly string[];
}

export async function writeExamples(
  folder: string,
  parts: WriteParts,
  { output, pass }: Pick<ExportRequest, 'output' | 'pass'>,
): Promise<WrittenSplit[]> {
  const { form, examples, records, splits } = parts;
  const layout = exampleLayout(form, examples, { flat: output.flat, inputNames: parts.inputNames });
  const extent = await extentOf(parts);
  const statistics = splits.names.map(() => new InputStatistics(form, extent));
  const counts = splits.names.map((_, split) => splits.of.filter((own) => own === split).length);
  const writers: SplitWriter[] = [];
  try {
    for (const [split, name] of splits.names.entries()) {
      const batchBytes = BATCH_BYTES / splits.names.length;
      const { format, npy } = output;
      const splitOutput = { folder, name, format, npy, count: counts[split]!, batchBytes };
      writers.push(await SplitWriter.open(splitOutput, layout, form, examples));
    }
    for (let i = 0; i < examples.length; i++) {
      const split = splits.of[i]!;
      if (split === PURGED) continue;
      pass.signal.throwIfAborted();
      const window = await records.read(examples.records[i]!);
      statistics[split]!.add(window.tensor, window.observed);
      await writers[split]!.add(i, window);
    }
    for (const writer of writers) await writer.finish();
  } finally {
    for (const writer of writers) await writer.abort();
  }
  return splits.names.map((name, split) => {
    const own = rowsOf(splits, split);
    const ends = own.map((i) => examples.endsMs[i]!);
    return {
      name,
      examples: own.length,
      firstEndMs: own.length === 0 ? null : ends.reduce((a, b) => Math.min(a, b)),
      lastEndMs: own.length === 0 ? null : ends.reduce((a, b) => Math.max(a, b)),
      parts: writers[split]!.parts,
      inputs: statistics[split]!.summaries(),
      targets: examples.targets.map((target) => targetSummary(target, own)),
    };
  });
}

function rowsOf({ of }: Splits, split: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < of.length; i++) if (of[i] === split) rows.push(i);
  return rows;
}

/** Two examples of one window read it once. */
async function extentOf({ form, examples, records, splits }: WriteParts): Promise<InputExtent> {
  const extent = new InputExtent(form);
  for (let i = 0; i < examples.length; i++) {
    if (splits.of[i] === PURGED) continue;
    if (i > 0 && examples.records[i] === examples.records[i - 1] && splits.of[i - 1] !== PURGED) {
      continue;
    }
    extent.add((await records.read(examples.records[i]!)).tensor);
  }
  return extent;
}

function targetSummary(
  { name, values }: ExampleColumns['targets'][number],
  rows: readonly number[],
): TargetSummary {
  const known = rows.map((i) => values[i]!).filter((value) => !Number.isNaN(value));
  const count = known.length;
  if (count === 0) return { name, count, mean: null, std: null, min: null, max: null };
  const mean = known.reduce((a, b) => a + b, 0) / count;
  return {
    name,
    count,
    mean,
    std: Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count),
    min: known.reduce((a, b) => Math.min(a, b)),
    max: known.reduce((a, b) => Math.max(a, b)),
  };
}
