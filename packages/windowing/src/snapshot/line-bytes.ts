/**
 * How a line stands, as bytes. Little-endian:
 *
 * | type | what |
 * |---|---|
 * | u32, bytes | id of the line, ASCII |
 * | u32 | fingerprint of its names |
 * | f64 x 2 | latest timestamp, watermark (ms) |
 * | f64 x 8 | its samples, by heading |
 * | u32 | windows; for each f64 x 9: since when it is judged, next end, four counts of judgements, rescored, first end, last end; u32 and f64 each: ends that wait to be judged again |
 * | u32 | late cells; for each u32 track, f64 cell, f64 what it held before (NaN: nothing) |
 * | u32 | tracks; for each u32: how many points of `CHANGED` frames are its own |
 */
import { HEADINGS, SampleCounter, WindrowError, type SampleCounts } from '@windrow/core';
import type { SavedWindows } from '../window-state.ts';
import type { LineImage } from './line-image.ts';

export interface SavedLine {
  readonly lineId: string;
  readonly fingerprint: number;
  readonly image: LineImage;
  readonly samples: SampleCounts;
  /** By track. */
  readonly changed: Uint32Array;
}

/** Judgements, of which `SavedWindows.judged` has one count each. */
const JUDGEMENTS = 4;

const ascii = new TextEncoder();

/** Bytes that grow. */
class Writer {
  #view: DataView = new DataView(new ArrayBuffer(1024));
  #at = 0;

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#view.byteLength) return;
    const grown = new Uint8Array(this.#view.byteLength * 2);
    grown.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(grown.buffer);
  }

  text(value: string): void {
    this.u32(value.length);
    this.#room(value.length);
    this.#at += ascii.encodeInto(value, new Uint8Array(this.#view.buffer, this.#at)).written;
  }

  take(): Uint8Array {
    const taken = new Uint8Array(this.#view.buffer, 0, this.#at);
    this.#at = 0;
    return taken;
  }
}

const writer = new Writer();

/** Valid until the next call. */
export function lineBytes({ lineId, fingerprint, image, samples, changed }: SavedLine): Uint8Array {
  writer.text(lineId);
  writer.u32(fingerprint);
  writer.f64(image.latestMs);
  writer.f64(image.watermarkMs);
  for (const heading of HEADINGS) writer.f64(samples[heading]);
  writer.u32(image.windows.length);
  for (const window of image.windows) {
    writer.f64(window.sinceMs);
    writer.f64(window.nextEndMs);
    for (const count of window.judged) writer.f64(count);
    writer.f64(window.rescored);
    writer.f64(window.firstEndMs);
    writer.f64(window.lastEndMs);
    writer.u32(window.dirtyEndsMs.length);
    for (const endMs of window.dirtyEndsMs) writer.f64(endMs);
  }
  writer.u32(image.late.length);
  for (const { track, cell, before } of image.late) {
    writer.u32(track);
    writer.f64(cell);
    writer.f64(before);
  }
  writer.u32(changed.length);
  for (const count of changed) writer.u32(count);
  return writer.take();
}

/** Bytes that were written, one number after the other. */
class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  f64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  text(): string {
    const length = this.u32();
    this.#need(length);
    const { buffer, byteOffset } = this.#view;
    this.#at += length;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + this.#at - length, length));
  }

  /** So many numbers, of which every one is there. */
  many(count: number): number[] {
    this.#need(count * 8);
    return Array.from({ length: count }, () => this.f64());
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#view.byteLength) return;
    throw new WindrowError(
      'FORMAT',
      `snapshot: the image of a line ends after ${this.#view.byteLength} bytes, expected ${this.#at + bytes}`,
    );
  }
}

/** @throws WindrowError FORMAT where the bytes are no image of a line */
export function readLine(bytes: Uint8Array): SavedLine {
  const reader = new Reader(bytes);
  const lineId = reader.text();
  const fingerprint = reader.u32();
  const latestMs = reader.f64();
  const watermarkMs = reader.f64();
  const samples = new SampleCounter();
  for (const heading of HEADINGS) samples.add(heading, reader.f64());
  const windows: SavedWindows[] = [];
  for (let n = reader.u32(); n > 0; n--) {
    windows.push({
      sinceMs: reader.f64(),
      nextEndMs: reader.f64(),
      judged: reader.many(JUDGEMENTS),
      rescored: reader.f64(),
      firstEndMs: reader.f64(),
      lastEndMs: reader.f64(),
      dirtyEndsMs: reader.many(reader.u32()),
    });
  }
  const late: LineImage['late'][number][] = [];
  for (let n = reader.u32(); n > 0; n--) {
    late.push({ track: reader.u32(), cell: reader.f64(), before: reader.f64() });
  }
  const changed: number[] = [];
  for (let n = reader.u32(); n > 0; n--) changed.push(reader.u32());
  return {
    lineId,
    fingerprint,
    image: { latestMs, watermarkMs, windows, late },
    samples: samples.snapshot(),
    changed: Uint32Array.from(changed),
  };
}
