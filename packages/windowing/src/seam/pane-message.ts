/**
 * What goes from stage 1 to stage 2 where they are two processes: what became of one line's cells, and how far its watermark
 * got. Sealed bytes (`internal/sealed-bytes.ts`), magic `WNDP`, whose head is, little-endian:
 *
 * | offset | type | what |
 * |---|---|---|
 * | 0 | u32 | fingerprint of the line's plan: both sides must have the same definitions |
 * | 4 | u32 | index of the line |
 * | 8 | f64 | watermark at which the late cells changed, ms |
 * | 16 | f64 | watermark from now on, ms; Infinity at the end of the input |
 *
 * A frame is numbered by ring and track and has a point for each observed cell: its start in ms and its value. Late cells come
 * first, then those that the watermark has passed.
 */
import { eachFrame, openSealed, readPoints, type SealKind } from '../internal/sealed-bytes.ts';
import { PointColumns } from '../point-columns.ts';

export const PANE_MESSAGE: SealKind = {
  what: 'pane message',
  magic: 0x50_44_4e_57,
  version: 1,
};
const HEAD_BYTES = 24;

export interface PaneMessage {
  readonly fingerprint: number;
  readonly line: number;
  readonly lateWatermarkMs: number;
  readonly watermarkMs: number;
}

/** The head of a message. */
export function paneMessageHead(message: PaneMessage): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, message.fingerprint, true);
  view.setUint32(4, message.line, true);
  view.setFloat64(8, message.lateWatermarkMs, true);
  view.setFloat64(16, message.watermarkMs, true);
  return head;
}

/** A message that was verified. */
export class OpenedPaneMessage {
  readonly message: PaneMessage;
  readonly #opened: Uint8Array;

  /** @throws WindrowError FORMAT where the bytes are no whole message of a known version */
  constructor(bytes: Uint8Array) {
    this.#opened = openSealed(bytes, PANE_MESSAGE, HEAD_BYTES);
    const { buffer, byteOffset, byteLength } = this.#opened;
    const view = new DataView(buffer, byteOffset, byteLength);
    this.message = {
      fingerprint: view.getUint32(0, true),
      line: view.getUint32(4, true),
      lateWatermarkMs: view.getFloat64(8, true),
      watermarkMs: view.getFloat64(16, true),
    };
  }

  /** Decodes the cells, frame by frame: ring, track, points, which are valid during the call. */
  readCells(read: (ring: number, track: number, cells: PointColumns) => void): void {
    const cells = new PointColumns();
    eachFrame(this.#opened, HEAD_BYTES, (ring, track, bytes) => {
      readPoints(bytes, cells);
      read(ring, track, cells);
    });
  }
}
