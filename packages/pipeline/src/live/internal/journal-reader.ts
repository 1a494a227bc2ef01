/** Reads segments of the journal, one after the other. */
import { StreamDecoder } from '@windrow/codecs';
import { WindrowError, type DeadLetter, type MetricDictionary } from '@windrow/core';
import { ByteCursor } from './byte-cursor.ts';
import {
  KIND_DELIVERY,
  KIND_FINISH,
  KIND_REDEFINE,
  KIND_SCORES,
  KIND_TICK,
  type JournaledDelivery,
  type JournalVisitor,
  type SegmentHead,
} from './journal-format.ts';
import { openBlob } from './sealed-blob.ts';
import { readScore } from './score-rows.ts';

/** The head of a segment. @throws WindrowError FORMAT where the segment is damaged */
export function readSegmentHead(name: string, bytes: Uint8Array): SegmentHead {
  return openBlob(name, bytes).head as SegmentHead;
}

export class JournalReader {
  readonly #decoder: StreamDecoder;
  readonly #visitor: JournalVisitor;
  #name = '';

  /** @param dictionary holds every metric that was asked for when the journal was written */
  constructor(dictionary: MetricDictionary, visitor: JournalVisitor) {
    this.#visitor = visitor;
    this.#decoder = new StreamDecoder(dictionary, ({ reason }) => {
      throw new WindrowError('FORMAT', `${this.#name}: the samples cannot be read: ${reason}`);
    });
  }

  /** @throws WindrowError FORMAT where the segment is damaged */
  async read(name: string, bytes: Uint8Array): Promise<void> {
    this.#name = name;
    const { head, body } = openBlob(name, bytes);
    while (body.left > 0) {
      const kind = body.u8();
      const entry = new ByteCursor(body.take(body.u32()), name);
      await this.#entry(kind, entry, head as SegmentHead);
    }
  }

  async #entry(kind: number, entry: ByteCursor, head: SegmentHead): Promise<void> {
    const visitor = this.#visitor;
    switch (kind) {
      case KIND_DELIVERY: {
        const delivery = readDelivery(entry, head);
        return visitor.delivery?.(delivery, () => this.#decoder.push(delivery.samples));
      }
      case KIND_TICK:
        return visitor.tick?.(entry.f64());
      case KIND_REDEFINE:
        return visitor.redefine?.(entry.text());
      case KIND_SCORES:
        return this.#scores(entry, head);
      case KIND_FINISH:
        return visitor.finish?.();
      default:
        throw entry.fault(`an entry of kind ${kind}, which this release does not know`);
    }
  }

  #scores(entry: ByteCursor, head: SegmentHead): void {
    const rows = entry.u32();
    for (let row = 0; row < rows; row++) {
      const { score, revision } = readScore(entry, head.models);
      this.#visitor.score?.(score, revision);
    }
  }
}

function readDelivery(entry: ByteCursor, head: SegmentHead): JournaledDelivery {
  const number = entry.u32();
  const source = head.sources[number];
  if (source === undefined) throw entry.fault(`source ${number} of ${head.sources.length}`);
  const listeningMs = entry.f64();
  const futureMs = entry.f64();
  const invalid = entry.u32();
  const unrouted = entry.u32();
  const rejected = entry.u32();
  const hasPosition = entry.u8() === 1;
  const text = entry.text();
  const position = hasPosition ? text : null;
  // The checksum vouches for it: it is what the writer wrote.
  const letters = JSON.parse(entry.text()) as readonly DeadLetter[];
  const samples = entry.take(entry.left);
  return { source, position, listeningMs, futureMs, invalid, unrouted, rejected, letters, samples };
}
