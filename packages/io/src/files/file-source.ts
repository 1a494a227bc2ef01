/** Samples from files: a file, a folder or a glob, each file in the format that its name says. */
import {
  WindrowError,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';
import { parseUri } from '../uri.ts';
import { ArrowFormat } from './arrow/arrow-format.ts';
import { CsvFormat } from './csv/csv-format.ts';
import type { FormatName } from './file-names.ts';
import { findFiles } from './find-files.ts';
import { NdjsonFormat } from './ndjson/ndjson-format.ts';
import { ParquetFormat } from './parquet/parquet-format.ts';
import { RecordsFormat } from './records/records-format.ts';
import type { SampleFile, SampleFormat } from './sample-file.ts';
import { readWideMapping, splitWide } from './wide-mapping.ts';

export interface FileSourceOptions {
  /**
   * A mapping file for wide Parquet (`column,metric_id`); the URI's own `?wide=` comes first. Without one, the columns
   * whose names are UUIDs are the metrics.
   */
  readonly wide?: string;
  /** Told what was left out, such as files with unknown extensions. */
  readonly note?: (text: string) => void;
}

/** A split of a file source: plain data, so that it can be handed to another thread's source of the same URI. */
export interface FileSplit extends SourceSplit {
  readonly file: SampleFile;
  /** Row group, or null for the file as a whole. */
  readonly index: number | null;
}

/**
 * Opens `file:PATH` or a bare path. Nothing is read before `splits`.
 * @throws WindrowError INPUT (from `splits`) where there is nothing at the path or no file with a known extension
 */
export function fileSource(uri: string, options: FileSourceOptions = {}): Source {
  return new FileSource(uri, options);
}

class FileSource implements Source {
  readonly uri: string;
  readonly #path: string;
  readonly #wide: string | null;
  readonly #note: (text: string) => void;
  readonly #formats: Readonly<Record<FormatName, SampleFormat>> = sampleFormats();

  constructor(uri: string, options: FileSourceOptions) {
    const { rest } = parseUri(uri);
    const [path, wide] = splitWide(rest);
    this.uri = uri;
    this.#path = path;
    this.#wide = wide ?? options.wide ?? null;
    this.#note = options.note ?? ((): void => undefined);
  }

  async splits(range: TimeRange | null): Promise<readonly FileSplit[]> {
    const wide = this.#wide === null ? null : await readWideMapping(this.#wide);
    const found = await findFiles(this.#path, this.#note);
    const splits: FileSplit[] = [];
    for (const [sequence, each] of found.entries()) {
      if (wide !== null && each.format !== 'parquet') {
        throw new WindrowError(
          'INPUT',
          `${each.path}: a mapping of wide columns is given, which is for Parquet only`,
        );
      }
      const file: SampleFile = { ...each, wide };
      const parts = await this.#formats[file.format].parts(file, range);
      for (const part of parts) splits.push({ ...part, sequence, file });
    }
    return splits;
  }

  read(split: SourceSplit, options: ReadOptions): AsyncIterable<SampleBatch> {
    if (!isFileSplit(split)) throw new Error(`not a split of a file source: ${split.name}`);
    return this.#formats[split.file.format].read(split.file, split.index, options);
  }

  async close(): Promise<void> {
    // Files are open only while one of their splits is read.
  }
}

function isFileSplit(split: SourceSplit): split is FileSplit {
  return 'file' in split && 'index' in split;
}

function sampleFormats(): Record<FormatName, SampleFormat> {
  const arrow = new ArrowFormat();
  return {
    parquet: new ParquetFormat(),
    arrow,
    arrows: arrow,
    csv: new CsvFormat(),
    ndjson: new NdjsonFormat(),
    records: new RecordsFormat(),
  };
}
