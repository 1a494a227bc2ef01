/**
 * The record form: a sample in 32 bytes, big-endian, as Java's `DataOutputStream` writes two longs, a long and a double.
 *
 *     0   8   high half of the metric id      16  8  timestamp, int64, ms since the Unix epoch
 *     8   8   low half of the metric id       24  8  value, float64, any bit pattern
 *
 * A file of records has no header, no checksum and no padding: its size is a multiple of 32.
 */

/** Bytes of a record. */
export const RECORD_BYTES = 32;
/** Offset of the timestamp in a record. */
export const RECORD_TIMESTAMP_AT = 16;
/** Offset of the value in a record. */
export const RECORD_VALUE_AT = 24;
