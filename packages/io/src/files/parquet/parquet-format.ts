/**
 * Samples in Parquet files: the long form (metric_id, timestamp_ms, value) and the wide one (timestamp_ms and a column for
 * each metric). A part is a row group; of a row group only the columns asked for are read, a page of each at a time.
 */
import type { MetricDictionary, ReadOptions, SampleBatch, TimeRange } from '@windrow/core';
import type { FileStorage, RandomAccess } from '../file-storage.ts';
import { damageOf, lostFrom } from '../internal/damage.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { readFooter, type Footer, type GroupPlace } from './internal/footer.ts';
import { chunkOf, groupTimes } from './internal/group-columns.ts';
import { lostRows, type GroupReader } from './internal/group-reader.ts';
import { findArrival, findLayout, type Layout } from './internal/layout.ts';
import { LongReader } from './internal/long-reader.ts';
import { WideReader } from './internal/wide-reader.ts';

/** Files of which footer and buffers are kept, so that their row groups do not read and make them again and again. */
const KNOWN_FILES_MAX = 4;

/** A file whose footer was read. */
interface KnownFile {
  readonly footer: Footer;
  readonly layout: Layout;
  /** Readers that nobody uses at the moment. */
  readonly idle: GroupReader[];
}

export class ParquetFormat implements SampleFormat {
  readonly #storage: FileStorage;
  readonly #known: Map<string, KnownFile> = new Map();

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  async parts(file: SampleFile, range: TimeRange | null): Promise<readonly FilePart[]> {
    const handle = await this.#storage.open(file.path);
    try {
      const { footer, layout } = await this.#open(handle, file);
      return footer.groups.flatMap((place, index) => {
        const part = groupPart(file, layout, place, index);
        return range !== null && isOutside(part, range) ? [] : [part];
      });
    } catch (error) {
      damageOf(error, file.path);
      return [wholeFile(file)];
    } finally {
      await handle.close();
    }
  }

  async *read(
    file: SampleFile,
    index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const handle = await this.#storage.open(file.path);
    try {
      const known = await this.#open(handle, file);
      const { footer } = known;
      const places = index === null ? footer.groups : footer.groups.slice(index, index + 1);
      for (const place of places) yield* readGroup(known, { handle, file, place }, options);
    } catch (error) {
      options.reject(lostFrom(file.path, null, 'row', damageOf(error, file.path)));
    } finally {
      await handle.close();
    }
  }

  async #open(handle: RandomAccess, file: SampleFile): Promise<KnownFile> {
    const known = this.#known.get(file.path);
    if (known !== undefined) return known;
    const footer = await readFooter(handle);
    const read: KnownFile = { footer, layout: findLayout(footer, file.wide), idle: [] };
    if (this.#known.size >= KNOWN_FILES_MAX) {
      const [oldest] = this.#known.keys();
      this.#known.delete(oldest!);
    }
    this.#known.set(file.path, read);
    return read;
  }
}

async function* readGroup(
  known: KnownFile,
  at: { readonly handle: RandomAccess; readonly file: SampleFile; readonly place: GroupPlace },
  options: ReadOptions,
): AsyncGenerator<SampleBatch> {
  const { footer, layout, idle } = known;
  const { handle, place } = at;
  const group = { handle, file: at.file.path, footer, place };
  const last = idle.pop();
  const asked = layout.form === 'long' ? options.arrivalColumn : undefined;
  const isFit = last?.dictionary === options.dictionary && last.arrivalColumn === asked;
  const reader = isFit ? last : newReader(known, options.dictionary, asked);
  try {
    yield* reader.read(group, options.reject);
  } catch (error) {
    options.reject(lostRows(group, 0, [['the row group', damageOf(error, group.file)]]));
  } finally {
    idle.push(reader);
  }
}

function newReader(
  { layout, footer }: KnownFile,
  dictionary: MetricDictionary,
  arrivalColumn: string | undefined,
): GroupReader {
  if (layout.form === 'wide') return new WideReader(layout, dictionary);
  const arrival = arrivalColumn === undefined ? null : findArrival(footer, arrivalColumn);
  return new LongReader(layout, dictionary, arrival);
}

function isOutside(part: FilePart, range: TimeRange): boolean {
  return (
    part.minMs !== null &&
    part.maxMs !== null &&
    (part.maxMs < range.startMs || part.minMs >= range.endMs)
  );
}

function groupPart(file: SampleFile, layout: Layout, place: GroupPlace, index: number): FilePart {
  const times = groupTimes(place, layout.time.name, layout.time.element);
  const names =
    layout.form === 'long'
      ? [layout.id.name, layout.time.name, layout.value.name]
      : [layout.time.name, ...layout.metrics.map((metric) => metric.name)];
  let sizeBytes = 0;
  for (const name of names) sizeBytes += chunkOf(place, name)?.sizeBytes ?? 0;
  return {
    index,
    name: `${file.path}, row group ${index + 1}`,
    sizeBytes,
    rowCount: layout.form === 'long' ? place.rowCount : wideRowCount(layout, place),
    minMs: times?.minMs ?? null,
    maxMs: times?.maxMs ?? null,
  };
}

/** Cells that are not null, where the statistics of every column say how many are. */
function wideRowCount(layout: Extract<Layout, { form: 'wide' }>, place: GroupPlace): number | null {
  let count = 0;
  for (const metric of layout.metrics) {
    const nullCount = chunkOf(place, metric.name)?.nullCount ?? null;
    if (nullCount === null) return null;
    count += place.rowCount - nullCount;
  }
  return count;
}
