/**
 * A walk over a Thrift compact struct before a library builds it: bytes from outside must not make it allocate or recurse
 * beyond their own length.
 *
 * Checked: every length and list count fits the bytes that are there, nesting is bounded, the struct ends.
 */
import { Damage } from '../../internal/damage.ts';

const DEPTH_MAX = 32;

/** The end of the struct that begins at `start`, or null where it runs past the end of `bytes`. */
export function thriftStructEnd(bytes: Uint8Array, start: number): number | null {
  const walk: Walk = { bytes, at: start };
  skipStruct(walk, 0);
  return walk.at <= bytes.length ? walk.at : null;
}

interface Walk {
  readonly bytes: Uint8Array;
  /** Beyond the end of the bytes once they ran out. */
  at: number;
}

/** The next byte, or 0 (which ends structs) where there is none. */
function byte(walk: Walk): number {
  return walk.bytes[walk.at++] ?? 0;
}

function varint(walk: Walk): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const next = byte(walk);
    value += (next & 0x7f) * 2 ** shift;
    if ((next & 0x80) === 0) return value;
  }
  throw new Damage('a Thrift number of more than 10 bytes');
}

function skipStruct(walk: Walk, depth: number): void {
  if (depth > DEPTH_MAX) throw new Damage(`Thrift structs nested deeper than ${DEPTH_MAX}`);
  for (;;) {
    const head = byte(walk);
    const type = head & 0x0f;
    if (type === 0) return;
    if (head >> 4 === 0) varint(walk);
    skipValue(walk, type, depth);
  }
}

function skipValue(walk: Walk, type: number, depth: number): void {
  if (type === 1 || type === 2) return;
  if (type === 3) walk.at += 1;
  else if (type <= 6) varint(walk);
  else if (type === 7) walk.at += 8;
  else if (type === 8) skipBytes(walk);
  else if (type === 9) skipList(walk, depth);
  else if (type === 12) skipStruct(walk, depth + 1);
  else throw new Damage(`unknown Thrift type ${type}`);
}

function skipBytes(walk: Walk): void {
  const length = varint(walk);
  walk.at += length;
}

function skipList(walk: Walk, depth: number): void {
  const head = byte(walk);
  const type = head & 0x0f;
  const count = head >> 4 === 15 ? varint(walk) : head >> 4;
  const left = walk.bytes.length - walk.at;
  if (count > left) {
    walk.at = walk.bytes.length + 1;
    return;
  }
  for (let i = 0; i < count && walk.at <= walk.bytes.length; i++) {
    skipValue(walk, type === 1 || type === 2 ? 3 : type, depth + 1);
  }
}
