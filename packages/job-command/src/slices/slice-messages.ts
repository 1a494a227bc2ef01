/** What a thread that runs slices is asked and answers. */
import type { Definition, ErrorCode } from '@windrow/core';
import type {
  BackfillOptions,
  JobProgress,
  Slice,
  SliceFiles,
  SliceRecord,
} from '@windrow/pipeline';

/** What a thread is started with. */
export interface SliceThreadSetting {
  /** Bound to the versions that were found when the run was planned. */
  readonly definitions: readonly Definition[];
  /** SHA-256 of the model of each definition, as it was then. */
  readonly modelSha256: readonly string[];
  readonly models: string;
  readonly source: string;
  /** For the source. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of all slices together. */
  readonly range: BackfillOptions['range'];
  readonly strict: boolean;
}

export type SliceRequest =
  | { readonly kind: 'run'; readonly slice: Slice; readonly files: SliceFiles }
  /** The last one. */
  | { readonly kind: 'stop' };

export type SliceReply =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done'; readonly record: SliceRecord }
  /** `code` is null for a mistake in the program. */
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly message: string };
