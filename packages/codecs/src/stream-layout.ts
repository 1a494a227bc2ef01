/**
 * The stream form: samples of many metrics in the order of their arrival, as blocks that stand alone but for the ids of
 * their metrics. The bytes are described in docs/FORMAT.md; here are their numbers.
 */

/** Four bytes that open a block, little-endian: f7 57 4e 53, and no byte order mark, text or record begins so. */
export const STREAM_MARK = 0x534e57f7;
/** Version that this package writes. */
export const STREAM_VERSION = 1;
/** Bytes of a block before its payload. */
export const STREAM_HEAD_BYTES = 16;
/** Offsets in the head: version, kind, check of the head (u16), size of the payload, checksum of the payload. */
export const HEAD_VERSION_AT = 4;
export const HEAD_KIND_AT = 5;
export const HEAD_CHECK_AT = 6;
export const HEAD_SIZE_AT = 8;
export const HEAD_CRC_AT = 12;

/** A block of ids that follow those known so far, or (its first index is 0) replace them. */
export const KIND_IDS = 1;
/** A block of samples. */
export const KIND_SAMPLES = 2;

/** Greatest payload: a reader holds back no more bytes than this and a head. */
export const STREAM_PAYLOAD_BYTES_MAX = 2_097_152;
/** Greatest number of samples in a block. */
export const STREAM_ROWS_MAX = 65_536;
/** Greatest number of ids in a stream. */
export const STREAM_IDS_MAX = 1_048_576;

/** Bits of the layout byte of a block of samples. */
export const TIMESTAMPS_BY_SERIES = 0x01;
export const VALUES_BY_SERIES = 0x02;
export const ORDER_IS_CYCLIC = 0x04;
export const VALUES_TOGETHER = 0x08;
