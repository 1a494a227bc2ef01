/** Gathers what comes in and what was scored until a segment of the journal is sealed. */
import { StreamEncoder } from '@windrow/codecs';
import { SampleColumns, type DeadLetter, type SampleBatch } from '@windrow/core';
import { GrowingBytes } from './growing-bytes.ts';
import {
  KIND_DELIVERY,
  KIND_FINISH,
  KIND_REDEFINE,
  KIND_SCORES,
  KIND_TICK,
  type ArrivalTimes,
  type SegmentHead,
} from './journal-format.ts';
import type { Score } from './score-ledger.ts';
import { ModelTable, writeScore } from './score-rows.ts';
import { sealBlob } from './sealed-blob.ts';

/** A delivery to be written. */
export interface DeliveryEntry extends ArrivalTimes {
  /** Number of the source. */
  readonly source: number;
  readonly position: string | null;
  readonly batch: SampleBatch;
  readonly rejected: number;
  /** The rejected. */
  readonly letters: readonly DeadLetter[];
}

export class JournalWriter {
  readonly #bytes: GrowingBytes = new GrowingBytes();
  #models: ModelTable = new ModelTable();
  #encoder: StreamEncoder = new StreamEncoder();
  #columns: SampleColumns | null = null;
  /** The entry of scores that is being added to: where its length and its number of rows stand; null: another entry came. */
  #scores: { readonly lengthAt: number; rows: number } | null = null;

  /** Bytes that wait to be sealed. */
  get length(): number {
    return this.#bytes.length;
  }

  delivery(entry: DeliveryEntry): void {
    const columns = this.#routable(entry.batch);
    let invalid = 0;
    let unrouted = 0;
    const { slots, timestampsMs, values, length } = entry.batch;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value - value !== 0) invalid++;
      else if (slots[i]! < 0) unrouted++;
      else columns.push(slots[i]!, timestampsMs[i]!, value);
    }
    const out = this.#bytes;
    const at = this.#begin(KIND_DELIVERY);
    out.u32(entry.source);
    out.f64(entry.listeningMs);
    out.f64(entry.futureMs);
    out.u32(invalid);
    out.u32(unrouted);
    out.u32(entry.rejected);
    out.u8(entry.position === null ? 0 : 1);
    out.text(entry.position ?? '');
    out.text(JSON.stringify(entry.letters));
    const append = (bytes: Uint8Array): void => out.append(bytes);
    this.#encoder.write(columns, append);
    this.#encoder.flush(append);
    this.#end(at);
  }

  tick(listeningMs: number): void {
    const at = this.#begin(KIND_TICK);
    this.#bytes.f64(listeningMs);
    this.#end(at);
  }

  redefine(generation: string): void {
    const at = this.#begin(KIND_REDEFINE);
    this.#bytes.text(generation);
    this.#end(at);
  }

  finish(): void {
    this.#end(this.#begin(KIND_FINISH));
  }

  score(score: Score, revision: number): void {
    if (this.#scores === null) {
      const lengthAt = this.#begin(KIND_SCORES);
      this.#bytes.u32(0);
      this.#scores = { lengthAt, rows: 0 };
    }
    const { lengthAt } = this.#scores;
    writeScore(this.#bytes, score, revision, this.#models);
    this.#bytes.setU32(lengthAt + 4, ++this.#scores.rows);
    this.#end(lengthAt);
  }

  /** What was gathered, as a segment; the writer starts the next one. */
  seal(head: Omit<SegmentHead, 'models'>): Uint8Array {
    const sealed = sealBlob({ ...head, models: this.#models.models }, this.#bytes.view());
    this.#bytes.clear();
    this.#models = new ModelTable();
    this.#scores = null;
    return sealed;
  }

  /** What follows can be read without what was before: a checkpoint stands here. */
  restart(): void {
    this.#encoder = new StreamEncoder();
  }

  #routable(batch: SampleBatch): SampleColumns {
    const columns = this.#columns;
    if (columns?.dictionary === batch.dictionary && columns.capacity >= batch.length) {
      columns.length = 0;
      return columns;
    }
    this.#columns = new SampleColumns(batch.dictionary, Math.max(1024, batch.length));
    return this.#columns;
  }

  /** Opens an entry; returns where its length stands. */
  #begin(kind: number): number {
    this.#scores = null;
    this.#bytes.u8(kind);
    return this.#bytes.placeU32();
  }

  #end(lengthAt: number): void {
    this.#bytes.setU32(lengthAt, this.#bytes.length - lengthAt - 4);
  }
}
