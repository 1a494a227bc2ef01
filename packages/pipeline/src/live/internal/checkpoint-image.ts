/**
 * What a checkpoint holds beside the engine's parts, as a sealed blob: JSON in its head, the predictions that some sink has not taken as its
 * body (u32 batches; each u32 generation, u32 rows, the rows of `score-rows.ts`). It is written last: a checkpoint exists when
 * this does.
 */
import type { DeadLetter, ModelIdentity, SampleCounts } from '@windrow/core';
import { expectEnd } from './generation.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { Places } from './journal-format.ts';
import { modelAt, type OutboxBatch } from './outbox.ts';
import type { SavedLedger, Score } from './score-ledger.ts';
import { ModelTable, readScore, writeScore } from './score-rows.ts';
import { openBlob, sealBlob } from './sealed-blob.ts';

/** Everything but the outbox. */
export interface CheckpointState {
  /** The last segment of the journal that is contained; null: none. */
  readonly after: string | null;
  /** Name of the definitions in use. */
  readonly generation: string;
  /** The engine's parts, in order. */
  readonly parts: readonly string[];
  /** The listening clock, and when each line was heard last by it. */
  readonly listeningMs: number;
  readonly arrivals: Readonly<Record<string, number>>;
  /** Where each source is to be read on, by key. */
  readonly positions: Readonly<Record<string, string | null>>;
  readonly published: Places;
  readonly ledger: SavedLedger;
  /** Until when outputs had other definitions, as `FormerWindows` has it. */
  readonly former: Readonly<Record<string, number>>;
  /** Samples of lines that no definition is about any more. */
  readonly retired: SampleCounts;
  /** Number of the next prediction. */
  readonly made: number;
  readonly letters: {
    readonly count: number;
    readonly published: number;
    /** Those that are not published, the last ones of all. */
    readonly waiting: readonly DeadLetter[];
    /** Rows that the sources could not read. */
    readonly unread: number;
  };
}

/** The predictions of one batch that wait. */
export interface WaitingScores {
  readonly generation: string;
  readonly rows: readonly { readonly score: Score; readonly revision: number }[];
}

export interface CheckpointImage {
  readonly state: CheckpointState;
  readonly waiting: readonly WaitingScores[];
}

interface Head {
  readonly state: CheckpointState;
  readonly models: readonly ModelIdentity[];
  readonly generations: readonly string[];
}

/** Generations of the definitions that an image needs. */
export function generationsOf(state: CheckpointState, outbox: readonly OutboxBatch[]): string[] {
  return [...new Set([state.generation, ...outbox.map(({ generation }) => generation.name)])];
}

export function encodeImage(state: CheckpointState, outbox: readonly OutboxBatch[]): Uint8Array {
  const body = new GrowingBytes();
  const models = new ModelTable();
  const generations = generationsOf(state, outbox);
  body.u32(outbox.length);
  for (const batch of outbox) {
    body.u32(generations.indexOf(batch.generation.name));
    body.u32(batch.length);
    for (let row = 0; row < batch.length; row++) {
      const score: Score = {
        target: batch.definitionIndex[row]!,
        windowEndMs: batch.windowEndsMs[row]!,
        value: batch.values[row]!,
        model: modelAt(batch, row),
      };
      writeScore(body, score, batch.revisions[row]!, models);
    }
  }
  const head: Head = { state, models: models.models, generations };
  return sealBlob(head, body.view());
}

/** @throws WindrowError FORMAT where the bytes are damaged */
export function decodeImage(name: string, bytes: Uint8Array): CheckpointImage {
  const opened = openBlob(name, bytes);
  const { body } = opened;
  const head = opened.head as Head;
  const waiting: WaitingScores[] = [];
  for (let batches = body.u32(); batches > 0; batches--) {
    const index = body.u32();
    const generation = head.generations[index];
    if (generation === undefined) throw body.fault(`definitions ${index}`);
    const rows: { readonly score: Score; readonly revision: number }[] = [];
    for (let left = body.u32(); left > 0; left--) rows.push(readScore(body, head.models));
    waiting.push({ generation, rows });
  }
  expectEnd(body);
  return { state: head.state, waiting };
}
