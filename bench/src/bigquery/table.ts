/** What the processes of this benchmark tell each other. */
import type { BigQueryEndpoints } from '@windrow/io-bigquery';

export const TABLE = 'plant.sensors.samples';

export interface ServedTable {
  /** How often 65,536 rows are sent. */
  readonly repeat: number;
}

/** `client`: the official client alone, which discards what comes; `source`: samples as a job gets them. */
export type Contender = 'client' | 'source';

export interface ReadTask {
  readonly endpoints: BigQueryEndpoints;
  readonly contender: Contender;
  readonly compression: 'none' | 'lz4' | 'zstd';
}

/** Of the third time that the table is read, in the same process. */
export interface ReadResult {
  readonly rows: number;
  readonly wallMs: number;
  /** Of the reading process, all threads. */
  readonly cpuMs: number;
}
