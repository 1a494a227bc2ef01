/** What the name of a file says: its format, and what it is compressed with. */
import { basename } from 'node:path';

/** Formats of samples and of predictions. `arrow` is the file form of Arrow IPC, `arrows` its stream form. */
export type FormatName = 'parquet' | 'arrow' | 'arrows' | 'csv' | 'ndjson' | 'records';

/** What may be around a format that has no compression of its own. */
export type Compression = 'gzip' | 'zstd';

const formats: Readonly<Record<string, FormatName>> = {
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
  '.arrows': 'arrows',
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.rec': 'records',
  '.records': 'records',
  '.bin': 'records',
};

const compressions: Readonly<Record<string, Compression>> = { '.gz': 'gzip', '.zst': 'zstd' };

/** The known extensions, for messages. */
export const KNOWN_EXTENSIONS: string =
  `${Object.keys(formats).join(' ')}, ` +
  `and .gz or .zst after ${Object.entries(formats)
    .flatMap(([name, format]) => (mayBeCompressed(format) ? [name] : []))
    .join(' ')}`;

export interface NamedFormat {
  readonly format: FormatName;
  readonly compression: Compression | null;
}

/** What a file's name says, upper or lower case; null where it names no format. */
export function formatOfName(path: string): NamedFormat | null {
  const name = basename(path).toLowerCase();
  const last = extension(name);
  const compression = compressions[last] ?? null;
  const inner = compression === null ? last : extension(name.slice(0, -last.length));
  const format = formats[inner];
  if (format === undefined) return null;
  if (compression !== null && !mayBeCompressed(format)) return null;
  return { format, compression };
}

/** Parquet and the Arrow file form need random access or compress their own pages. */
function mayBeCompressed(format: FormatName): boolean {
  return format !== 'parquet' && format !== 'arrow';
}

function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

/** Names that are not read when a folder is: hidden ones, and what programs leave while they write. */
export function isIgnoredName(name: string): boolean {
  return /^[._]|~$|\.(?:tmp|temp|part|partial|crdownload|swp)$/i.test(name);
}
