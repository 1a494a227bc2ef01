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
import type { FileStorage } from './file-storage.ts';
import { findFiles, knownFiles, type FoundFile, type StoredFile } from './find-files.ts';
import { localStorage } from './local-storage.ts';
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
  const note = options.note ?? ((): void => undefined);
  const [path, wide] = splitWide(parseUri(uri).rest);
  return new FileSource({
    uri,
    storage: localStorage,
    find: () => findFiles(path, note),
    wide: wide ?? options.wide ?? null,
  });
}

/** Files that are elsewhere, such as in an object store. */
export interface StoredFilesOptions extends FileSourceOptions {
  readonly uri: string;
  readonly storage: FileStorage;
  /** What is there, in the order in which it is read. */
  readonly list: () => Promise<readonly StoredFile[]>;
}

/**
 * A source of files in a storage, read by the same formats as those of this machine. Nothing is read before `splits`.
 * @throws WindrowError INPUT (from `splits`) where no file has a known extension
 */
export function storedFilesSource(options: StoredFilesOptions): Source {
  const { uri, storage, list, wide = null } = options;
  const note = options.note ?? ((): void => undefined);
  const find = async (): Promise<FoundFile[]> => knownFiles(uri, await list(), note);
  return new FileSource({ uri, storage, find, wide });
}

/** Where the files of a source are, and which. */
interface Place {
  readonly uri: string;
  readonly storage: FileStorage;
  readonly find: () => Promise<readonly FoundFile[]>;
  readonly wide: string | null;
}

class FileSource implements Source {
  readonly uri: string;
  readonly #find: () => Promise<readonly FoundFile[]>;
  readonly #wide: string | null;
  readonly #formats: Readonly<Record<FormatName, SampleFormat>>;

  constructor({ uri, storage, find, wide }: Place) {
    this.uri = uri;
    this.#find = find;
    this.#wide = wide;
    this.#formats = sampleFormats(storage);
  }

  async splits(range: TimeRange | null): Promise<readonly FileSplit[]> {
    const wide = this.#wide === null ? null : await readWideMapping(this.#wide);
    const found = await this.#find();
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

function sampleFormats(storage: FileStorage): Record<FormatName, SampleFormat> {
  const arrow = new ArrowFormat(storage);
  return {
    parquet: new ParquetFormat(storage),
    arrow,
    arrows: arrow,
    csv: new CsvFormat(storage),
    ndjson: new NdjsonFormat(storage),
    records: new RecordsFormat(storage),
  };
}
