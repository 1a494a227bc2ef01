/** What a scorer and its workers say to each other. Each request is answered once, in the order of the requests. */
import type { ErrorCode } from '@windrow/core';
import type { ModelInfo } from '../model-info.ts';
import type { ModelFile } from '../model-store.ts';
import type { TensorValue } from '../tensor-value.ts';
import type { RunResult } from './model-host.ts';

export type WorkerRequest =
  | { readonly kind: 'load'; readonly model: number; readonly file: ModelFile }
  | {
      readonly kind: 'run';
      readonly model: number;
      /** Their data may lie in shared memory, which is read before the answer and not after it. */
      readonly feeds: Readonly<Record<string, TensorValue>>;
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'release'; readonly model: number }
  /** The last one. */
  | { readonly kind: 'stop' };

/** What each kind of request is answered with. */
export interface WorkerAnswers {
  readonly load: ModelInfo;
  readonly run: RunResult;
  readonly release: null;
  readonly stop: null;
}

/** Of an error that was thrown; `code` is null for a mistake in the program. */
export interface WorkerFault {
  readonly code: ErrorCode | null;
  readonly message: string;
}

export type WorkerReply =
  | { readonly isWell: true; readonly answer: WorkerAnswers[keyof WorkerAnswers] }
  | { readonly isWell: false; readonly fault: WorkerFault };
