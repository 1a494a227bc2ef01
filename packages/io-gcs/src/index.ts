/** Cloud Storage: files by prefix as a source, objects as sinks, and a store of blobs. */
export { GcsBlobStore } from './gcs-blob-store.ts';
export { gcsFile, gcsSink, type GcsSinkOptions } from './gcs-sink.ts';
export { gcsPlaceRule } from './gcs-place-rule.ts';
export { gcsSource, type GcsOptions, type GcsSourceOptions } from './gcs-source.ts';
export { gcsText } from './gcs-text.ts';
export type { Trying } from './internal/trying.ts';
