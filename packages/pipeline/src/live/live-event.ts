/** What happens to a live job: for logs. What is counted is in its status as well. */
import type { DeadLetter } from '@windrow/core';

export type LiveEvent =
  /** The job goes on from a checkpoint. */
  | {
      readonly kind: 'restored';
      readonly checkpoint: string;
      /** Samples and predictions that the journal held beyond it. */
      readonly samples: number;
      readonly predictions: number;
      readonly elapsedMs: number;
    }
  /** A checkpoint cannot be used; the one before it is tried. */
  | { readonly kind: 'checkpoint_refused'; readonly checkpoint: string; readonly message: string }
  | {
      readonly kind: 'checkpointed';
      readonly checkpoint: string;
      readonly sizeBytes: number;
      /** How long nothing else could be done. */
      readonly pauseMs: number;
      readonly elapsedMs: number;
    }
  /** The store does not take something; it is tried again. */
  | { readonly kind: 'checkpoint_failed'; readonly message: string }
  | { readonly kind: 'source_failed'; readonly source: string; readonly message: string }
  | { readonly kind: 'source_ended'; readonly source: string }
  | { readonly kind: 'acknowledge_failed'; readonly source: string; readonly message: string }
  /** A batch is tried again, or (`refused`) its predictions went to the dead letters. */
  | {
      readonly kind: 'publish_failed' | 'refused';
      readonly sink: string;
      readonly predictions: number;
      readonly message: string;
    }
  /** The sink of dead letters does not take them; they are tried again. */
  | { readonly kind: 'dead_letters_failed'; readonly sink: string; readonly message: string }
  /** A model failed on some windows, which are gone. */
  | { readonly kind: 'score_failed'; readonly message: string }
  /** Reading stopped because too much waits, and went on. */
  | { readonly kind: 'paused' | 'resumed'; readonly reason: string }
  | { readonly kind: 'redefined'; readonly definitions: number }
  /** Windows of definitions that no longer exist, which the end of the process before left without a score. */
  | { readonly kind: 'unscored'; readonly windows: number }
  | { readonly kind: 'dead_letter'; readonly letter: DeadLetter };
