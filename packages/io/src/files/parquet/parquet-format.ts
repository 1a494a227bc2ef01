/**
 * Samples in Parquet files: the long form (metric_id, timestamp_ms, value) and the wide one (timestamp_ms and a column for
 * each metric). A part is a row group; of a row group only the columns asked for are read, a page of each at a time.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { ReadOptions, SampleBatch, TimeRange } from '@windrow/core';
import { damageOf, lostFrom } from '../internal/damage.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { readFooter, type Footer, type GroupPlace } from './internal/footer.ts';
import { chunkOf, groupTimes } from './internal/group-columns.ts';
import { findLayout, type Layout } from './internal/layout.ts';
import { readLong } from './internal/read-long.ts';
import { readWide } from './internal/read-wide.ts';

/** Footers kept, so that the row groups of a file do not read its footer again and again. */
const FOOTERS_MAX = 4;

export class ParquetFormat implements SampleFormat {
  readonly #footers: Map<string, Footer> = new Map();

  async parts(file: SampleFile, range: TimeRange | null): Promise<readonly FilePart[]> {
    const handle = await open(file.path);
    try {
      const footer = await this.#footer(handle, file);
      const layout = findLayout(footer, file.wide);
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
    const handle = await open(file.path);
    try {
      const footer = await this.#footer(handle, file);
      const layout = findLayout(footer, file.wide);
      const groups = index === null ? footer.groups : footer.groups.slice(index, index + 1);
      for (const place of groups) {
        const group = { handle, file: file.path, footer, place };
        yield* layout.form === 'long'
          ? readLong(group, layout, options)
          : readWide(group, layout, options);
      }
    } catch (error) {
      options.reject(lostFrom(file.path, null, 'row', damageOf(error, file.path)));
    } finally {
      await handle.close();
    }
  }

  async #footer(handle: FileHandle, file: SampleFile): Promise<Footer> {
    const known = this.#footers.get(file.path);
    if (known !== undefined) return known;
    const footer = await readFooter(handle, (await handle.stat()).size);
    if (this.#footers.size >= FOOTERS_MAX) {
      const [oldest] = this.#footers.keys();
      this.#footers.delete(oldest!);
    }
    this.#footers.set(file.path, footer);
    return footer;
  }
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
  for (const name of names) sizeBytes += Number(chunkOf(place, name)?.total_compressed_size ?? 0n);
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
    const nulls = chunkOf(place, metric.name)?.statistics?.null_count;
    if (nulls === undefined) return null;
    count += place.rowCount - Number(nulls);
  }
  return count;
}
