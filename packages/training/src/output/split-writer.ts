/** Writes the examples of one split: `data/split=NAME/part-N`, and on demand `npy/NAME-*.npy`. */
import { join } from 'node:path';
import type { CollectedWindow } from '../collect/collected-windows.ts';
import type { ExampleColumns } from '../examples/example-columns.ts';
import type { TensorForm } from '../tensor-form.ts';
import { createArrowPart } from './arrow-part.ts';
import type { ExampleLayout } from './example-layout.ts';
import { NpyFile } from './npy-file.ts';
import { createParquetPart } from './parquet-part.ts';
import type { PartFile } from './part-file.ts';
import { PartRows } from './part-rows.ts';
import { rowBytes } from './part-schema.ts';

export const OUTPUT_FORMATS = ['parquet', 'arrow'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Bytes of examples, before compression, after which a new part begins. */
const PART_BYTES = 512 << 20;
/** Rows of a batch (row group) at most. */
const BATCH_ROWS_MAX = 65_536;

export interface SplitOutput {
  /** The folder under construction. */
  readonly folder: string;
  readonly name: string;
  readonly format: OutputFormat;
  readonly npy: boolean;
  /** Examples that will come. */
  readonly count: number;
  /** Bytes of a batch (row group) before compression. */
  readonly batchBytes: number;
}

export class SplitWriter {
  readonly #output: SplitOutput;
  readonly #layout: ExampleLayout;
  readonly #rows: PartRows;
  readonly #npy: NpyExamples | null;
  #part: PartFile | null = null;
  #partBytes = 0;
  /** Paths of the parts, below the dataset's folder. */
  readonly parts: string[] = [];

  private constructor(output: SplitOutput, layout: ExampleLayout, npy: NpyExamples | null) {
    this.#output = output;
    this.#layout = layout;
    this.#npy = npy;
    const rows = Math.floor(output.batchBytes / rowBytes(layout.schema));
    const few = Math.max(1, Math.min(output.count, rows, BATCH_ROWS_MAX));
    this.#rows = new PartRows(layout.schema, few);
  }

  static async open(
    output: SplitOutput,
    layout: ExampleLayout,
    form: TensorForm,
    examples: ExampleColumns,
  ): Promise<SplitWriter> {
    const npy = output.npy ? await NpyExamples.open(output, form, examples) : null;
    return new SplitWriter(output, layout, npy);
  }

  async add(example: number, window: CollectedWindow): Promise<void> {
    this.#layout.append(this.#rows, example, window);
    await this.#npy?.add(example, window);
    if (this.#rows.full) await this.#write();
  }

  async #write(): Promise<void> {
    const { length, schema } = this.#rows;
    if (length === 0) return;
    this.#part ??= await this.#open();
    await this.#part.write(this.#rows);
    this.#partBytes += length * rowBytes(schema);
    this.#rows.clear();
    if (this.#partBytes >= PART_BYTES) await this.#close();
  }

  #open(): Promise<PartFile> {
    const { folder, name, format } = this.#output;
    const path = `data/split=${name}/part-${this.parts.length}.${format}`;
    this.parts.push(path);
    const create = format === 'parquet' ? createParquetPart : createArrowPart;
    return create(join(folder, path), this.#layout.schema);
  }

  async #close(): Promise<void> {
    await this.#part?.finish();
    this.#part = null;
    this.#partBytes = 0;
  }

  /** Completes the files. */
  async finish(): Promise<void> {
    await this.#write();
    await this.#close();
    await this.#npy?.finish();
  }

  async abort(): Promise<void> {
    await this.#part?.abort();
    await this.#npy?.abort();
  }
}

/** Tensors, targets and window ends as arrays of one row for each example. */
class NpyExamples {
  readonly #files: readonly [tensors: NpyFile, targets: NpyFile, ends: NpyFile];
  readonly #examples: ExampleColumns;

  private constructor(files: [NpyFile, NpyFile, NpyFile], examples: ExampleColumns) {
    this.#files = files;
    this.#examples = examples;
  }

  static async open(
    { folder, name, count }: SplitOutput,
    form: TensorForm,
    examples: ExampleColumns,
  ): Promise<NpyExamples> {
    const path = (what: string): string => join(folder, 'npy', `${name}-${what}.npy`);
    const tensors = await NpyFile.create(path('tensors'), form.dtype, [count, ...form.shape]);
    const shape = [count, examples.targets.length];
    const targets = await NpyFile.create(path('targets'), 'float64', shape);
    const ends = await NpyFile.create(path('window_end_ms'), 'int64', [count]);
    return new NpyExamples([tensors, targets, ends], examples);
  }

  async add(example: number, window: CollectedWindow): Promise<void> {
    const [tensors, targets, ends] = this.#files;
    await tensors.write(window.tensor);
    await targets.write(
      Float64Array.from(this.#examples.targets, ({ values }) => values[example]!),
    );
    await ends.write(BigInt64Array.of(BigInt(this.#examples.endsMs[example]!)));
  }

  async finish(): Promise<void> {
    for (const file of this.#files) await file.finish();
  }

  async abort(): Promise<void> {
    for (const file of this.#files) await file.abort();
  }
}
