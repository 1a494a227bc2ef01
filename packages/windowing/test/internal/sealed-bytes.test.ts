import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import {
  FrameWriter,
  eachFrame,
  openSealed,
  type SealKind,
} from '../../src/internal/sealed-bytes.ts';

const KIND: SealKind = { what: 'test', magic: 0x1234_5678, version: 1 };
const HEAD = Uint8Array.of(7, 8, 9);

/** Deterministic bytes. */
function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> (seed % 24)) & 255,
  );
}

/** Frames of many sizes, one of them larger than a piece: together some megabytes. */
const FRAMES = [0, 1, 500_000, 30_000, 600_000, 12, 400_000, 400_000, 3].map((length, i) =>
  bytesOf(length, i),
);

function fill(writer: FrameWriter): void {
  for (const [i, frame] of FRAMES.entries()) writer.addBytes(i, i * 10, frame);
}

function framesIn(sealed: Uint8Array): unknown[] {
  const frames: unknown[] = [];
  const opened = openSealed(sealed, KIND, HEAD.length);
  expect([...opened.subarray(0, HEAD.length)]).toEqual([...HEAD]);
  eachFrame(opened, HEAD.length, (first, second, bytes) => {
    frames.push([first, second, Buffer.from(bytes).toString('base64')]);
  });
  return frames;
}

const EXPECTED = FRAMES.map((frame, i) => [i, i * 10, Buffer.from(frame).toString('base64')]);

describe('sealed bytes', () => {
  it('hold all frames in their order, over several pieces, also when the writer is used again', () => {
    const writer = new FrameWriter();
    for (let time = 0; time < 3; time++) {
      fill(writer);
      expect(framesIn(writer.seal(KIND, HEAD))).toEqual(EXPECTED);
    }
    writer.addBytes(1, 2, Uint8Array.of(3));
    expect(framesIn(writer.seal(KIND, HEAD))).toEqual([[1, 2, 'Aw==']]);
    expect(framesIn(writer.seal(KIND, HEAD))).toEqual([]);
  });

  it.each([1000, 99_999, 1 << 20])('are the same in steps of %i bytes', (step) => {
    const writer = new FrameWriter();
    fill(writer);
    const whole = writer.seal(KIND, HEAD);
    fill(writer);
    const sealing = writer.beginSeal(KIND, HEAD);
    expect(() => sealing.finish()).toThrow(/all frames/);
    let steps = 1;
    while (!sealing.step(step)) steps++;
    expect(steps).toBeGreaterThanOrEqual(Math.floor(whole.length / step));
    expect(Buffer.compare(sealing.finish(), whole)).toBe(0);
  });

  it('are refused where a byte of any piece is another', () => {
    const writer = new FrameWriter();
    fill(writer);
    const sealed = writer.seal(KIND, HEAD);
    for (let at = 0; at < sealed.length; at += 400_001) {
      const damaged = sealed.slice();
      damaged[at]! ^= 1;
      expect(() => openSealed(damaged, KIND, HEAD.length)).toThrow(WindrowError);
    }
  });
});
