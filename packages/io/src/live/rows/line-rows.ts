/** Rows that are lines: split at `\n`, numbered from 1, at most 1 MiB long. */
import { MetricDictionary } from '@windrow/core';
import { RowBuffer } from '../../messages/row-buffer.ts';
import { PIECE_BYTES, type RowReader } from './row-reader.ts';

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A header has no row. */
const NO_ROWS = new RowBuffer(new MetricDictionary());

/** What is done with a line that is not blank. */
export interface LineHandler {
  readonly fault: string | null;
  /** The first line is a header: what it says is needed for those that follow. */
  readonly hasHeader: boolean;
  /** The line without its end is `bytes[start .. end)`, valid during the call. */
  line(bytes: Buffer, start: number, end: number, number: number, rows: RowBuffer): void;
}

export class LineRows implements RowReader {
  readonly #handler: LineHandler;
  readonly #refuse: (row: number, reason: string, raw: string | null) => void;
  #number = 1;
  /** In the middle of a line that is too long. */
  #isSkipping = false;

  constructor(
    handler: LineHandler,
    refuse: (row: number, reason: string, raw: string | null) => void,
  ) {
    this.#handler = handler;
    this.#refuse = refuse;
  }

  get row(): number {
    return this.#number;
  }

  get fault(): string | null {
    return this.#handler.fault;
  }

  resume(beginning: Buffer, row: number): void {
    const end = beginning.indexOf(LINE_FEED);
    if (end >= 0 && this.#handler.hasHeader) this.#line(beginning, 0, end, NO_ROWS);
    this.#number = row;
  }

  take(piece: Buffer, rows: RowBuffer): number {
    let start = 0;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, start)) {
      this.#line(piece, start, at, rows);
      start = at + 1;
    }
    if (piece.length - start < PIECE_BYTES) return start;
    if (!this.#isSkipping) {
      const reason = `found a line of more than ${PIECE_BYTES} bytes, expected a sample`;
      this.#refuse(this.#number, reason, null);
    }
    this.#isSkipping = true;
    return piece.length;
  }

  finish(rest: Buffer, rows: RowBuffer): void {
    if (rest.length > 0) this.#line(rest, 0, rest.length, rows);
  }

  #line(bytes: Buffer, start: number, end: number, rows: RowBuffer): void {
    const number = this.#number++;
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return;
    }
    const hasMark =
      number === 1 && bytes.subarray(start, start + BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    let first = hasMark ? start + BYTE_ORDER_MARK.length : start;
    while (first < end && isSpace(bytes[first]!)) first++;
    if (first < end) this.#handler.line(bytes, first, end, number, rows);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
