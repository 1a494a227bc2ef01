/** The outside world behind core's contracts: sources and sinks by URI, and definitions files. */
export * from './blobs/folder-blob-store.ts';
export * from './dead-letter-sink.ts';
export {
  parseDefinitions,
  readDefinitions,
  type DefinitionsFile,
  type DefinitionsFormat,
} from './definitions/read-definitions.ts';
export {
  openDefinitions,
  type DefinitionsEvent,
  type DefinitionsRefreshOptions,
} from './definitions/refreshed-definitions.ts';
export type { ReadText, TextReader } from './definitions/definitions-text.ts';
export * from './files/arrow/arrow-sample-decoder.ts';
export { readArrowStream } from './files/arrow/read-arrow-stream.ts';
export * from './files/file-source.ts';
export type { FileStorage, RandomAccess } from './files/file-storage.ts';
export { isIgnoredName } from './files/file-names.ts';
export type { StoredFile } from './files/find-files.ts';
export { AtomicFile, makeFolder } from './files/atomic-file.ts';
export type { WholeFile } from './files/file-sink.ts';
export { RecordBatchFile } from './files/record-batch-file.ts';
export type { SinkOptions } from './open-sink.ts';
export { refuseClashes, type PlaceRule } from './files/refuse-clashes.ts';
export * from './messages/dead-letter-messages.ts';
export * from './messages/json-samples.ts';
export * from './messages/message-decoder.ts';
export { sniffForm } from './messages/message-form.ts';
export * from './messages/message.ts';
export * from './messages/prediction-messages.ts';
export * from './messages/row-buffer.ts';
export * from './messages/sample-fields.ts';
export { FollowSource } from './live/follow/follow-source.ts';
export { letterFileOptions, type LetterFileOptions } from './live/letter-file-sink.ts';
export * from './live/open-live-sink.ts';
export { StdinSource } from './live/stdin-source.ts';
export {
  windowedFilesOptions,
  type WindowedFilesOptions,
} from './live/windowed/windowed-files-options.ts';
export * from './prediction-sink.ts';
export { hasEnded, ownIdentity } from './processes/has-ended.ts';
export {
  parseProcessName,
  processName,
  type ProcessIdentity,
} from './processes/process-identity.ts';
export { hostSystem, type ProcessSystem } from './processes/process-system.ts';
export { quarantined } from './quarantined.ts';
export * from './sample-sink.ts';
export * from './source-registry.ts';
export * from './spill/spill-folder.ts';
export { parseUri, type ParsedUri } from './uri.ts';
export { readPredictions } from './predictions/read-predictions.ts';
export type { WrittenPrediction } from './predictions/written-prediction.ts';
