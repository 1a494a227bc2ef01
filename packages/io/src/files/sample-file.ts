/** A file of samples, and what each format does with one. */
import type { ReadOptions, SampleBatch, SourceSplit, TimeRange } from '@windrow/core';
import type { Compression, FormatName } from './file-names.ts';
import type { WideMapping } from './wide-mapping.ts';

/** Rows in a batch: large enough to forget the cost of a call, small enough for a core's cache. */
export const BATCH_ROWS = 131_072;

/** A file that was found at a URI. */
export interface SampleFile {
  /** As it is opened, and as messages name it. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly format: FormatName;
  /** What is around the format. */
  readonly compression: Compression | null;
  /** Only for a file whose columns are metrics. */
  readonly wide: WideMapping | null;
}

/** A part of a file that can be read by itself; `index` null: the file as a whole. */
export type FilePart = Omit<SourceSplit, 'sequence'> & { readonly index: number | null };

/** Reads the files of one format. */
export interface SampleFormat {
  /**
   * The parts of a file, in order, by its metadata alone; those that lie outside `range` are left out. A file whose
   * metadata is damaged is one part, of which `read` will tell.
   */
  parts(file: SampleFile, range: TimeRange | null): Promise<readonly FilePart[]>;
  /** The samples of a part, as `Source.read` gives them. */
  read(file: SampleFile, index: number | null, options: ReadOptions): AsyncIterable<SampleBatch>;
}

/** The one part of a file that is read from its beginning to its end. */
export function wholeFile(file: SampleFile): FilePart {
  return {
    index: null,
    name: file.path,
    sizeBytes: file.sizeBytes,
    rowCount: null,
    minMs: null,
    maxMs: null,
  };
}
