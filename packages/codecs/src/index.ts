/** Compact, lossless binary forms of sensor metrics. The bytes are described in docs/FORMAT.md. */
export {
  CHUNK_POINTS_MAX,
  CHUNK_VERSION,
  type ChunkInfo,
  type ChunkStats,
} from './chunk-layout.ts';
export * from './decode/chunk.ts';
export * from './decode/records.ts';
export * from './encode/chunk.ts';
export * from './encode/records.ts';
export * from './record-layout.ts';
export * from './record-object.ts';
export * from './decode/stream-decoder.ts';
export * from './encode/stream-encoder.ts';
export {
  STREAM_IDS_MAX,
  STREAM_PAYLOAD_BYTES_MAX,
  STREAM_ROWS_MAX,
  STREAM_VERSION,
} from './stream-layout.ts';
