/**
 * A segment of the journal: a sealed blob (`sealed-blob.ts`) whose body is entries, each u8 kind, u32 length, and so many bytes.
 *
 * | kind | what | bytes |
 * |---|---|---|
 * | 1 | a delivery | u32 source, f64 listening ms, f64 latest ms allowed, u32 invalid, u32 unrouted, u32 rejected, u8 has position, text position, text letters (JSON), samples (stream form) |
 * | 2 | time passed | f64 listening ms |
 * | 3 | other definitions | text name of the generation |
 * | 4 | scores | u32 rows, the rows (`score-rows.ts`) |
 * | 5 | the input is over | |
 *
 * The samples of consecutive deliveries are one stream, whose ids are told once; a new one starts after each checkpoint and each
 * start of the job. Samples that are invalid or that nobody asks for are counts only.
 */
import type { DeadLetter, ModelIdentity, SampleBatch } from '@windrow/core';
import type { Score } from './score-ledger.ts';

export const KIND_DELIVERY = 1;
export const KIND_TICK = 2;
export const KIND_REDEFINE = 3;
export const KIND_SCORES = 4;
export const KIND_FINISH = 5;

/** A sink's place, by its key. */
export type Places = Readonly<Record<string, number>>;

export interface SegmentHead {
  readonly name: string;
  /** The segment before it; null: none. */
  readonly previous: string | null;
  /** Keys of the sources, by number. */
  readonly sources: readonly string[];
  readonly models: readonly ModelIdentity[];
  /** What was published when the segment was sealed. */
  readonly published: Places;
  readonly lettersPublished: number;
}

/** When something came in. */
export interface ArrivalTimes {
  /** By the listening clock. */
  readonly listeningMs: number;
  /** Samples later than this are quarantined; may be infinite. */
  readonly futureMs: number;
}

/** A delivery as the journal has it. */
export interface JournaledDelivery extends ArrivalTimes {
  /** Key of the source. */
  readonly source: string;
  readonly position: string | null;
  readonly invalid: number;
  readonly unrouted: number;
  readonly rejected: number;
  readonly letters: readonly DeadLetter[];
  /** Encoded samples. */
  readonly samples: Uint8Array;
}

/** Takes the entries of segments, in order. */
export interface JournalVisitor {
  delivery?(delivery: JournaledDelivery, batches: () => Iterable<SampleBatch>): Promise<void>;
  tick?(listeningMs: number): Promise<void>;
  redefine?(generation: string): Promise<void>;
  score?(score: Score, revision: number): void;
  finish?(): Promise<void>;
}
