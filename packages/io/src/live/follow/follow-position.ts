/**
 * How far each followed file was read: what a checkpoint keeps of a followed folder.
 *
 * A file is known by its device and inode, so that one that was renamed is still the same and one that took its name is another.
 * Inodes are given again, so the first bytes of a file are remembered too.
 */
import { WindrowError, found } from '@windrow/core';

/** A file that may grow, and how far it was read. */
export interface GrowingFile {
  path: string;
  /** Bytes and rows that were taken. */
  offset: number;
  row: number;
  /** The first bytes: how many, and their CRC-32. */
  head: { readonly length: number; readonly crc: number };
}

/** A file that is read once it is whole. */
export interface WholeFile {
  path: string;
  readonly sizeBytes: number;
  /** Inodes and sizes come again, both with the same time do not. */
  readonly modifiedMs: number;
  /** Samples that were taken; null: all of them. */
  samples: number | null;
}

const VERSION = 1;
type GrowingEntry = readonly [string, string, number, number, number, number];
type WholeEntry = readonly [string, string, number, number, number | null];

export class FollowPosition {
  /** By `device:inode`. */
  readonly growing: Map<string, GrowingFile> = new Map();
  readonly whole: Map<string, WholeFile> = new Map();

  /** @throws WindrowError INPUT where the text is no position of a followed folder */
  static parse(text: string | null, uri: string): FollowPosition {
    const position = new FollowPosition();
    if (text === null) return position;
    try {
      const { version, growing, whole } = JSON.parse(text) as {
        version: number;
        growing: readonly GrowingEntry[];
        whole: readonly WholeEntry[];
      };
      if (version !== VERSION) throw new Error(`version ${version}`);
      for (const [id, path, offset, row, length, crc] of growing) {
        position.growing.set(id, { path, offset, row, head: { length, crc } });
      }
      for (const [id, path, sizeBytes, modifiedMs, samples] of whole) {
        position.whole.set(id, { path, sizeBytes, modifiedMs, samples });
      }
      return position;
    } catch (error) {
      throw new WindrowError(
        'INPUT',
        `${uri}: found ${found(text)} in the checkpoint, expected the position of a followed folder`,
        { cause: error },
      );
    }
  }

  text(): string {
    const growing = Array.from(this.growing, ([id, { path, offset, row, head }]): GrowingEntry => [
      id,
      path,
      offset,
      row,
      head.length,
      head.crc,
    ]);
    const whole = Array.from(
      this.whole,
      ([id, { path, sizeBytes, modifiedMs, samples }]): WholeEntry => [
        id,
        path,
        sizeBytes,
        modifiedMs,
        samples,
      ],
    );
    return JSON.stringify({ version: VERSION, growing, whole });
  }
}
