import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/internal/buffer-pool.ts';

const KIB = 1024;

describe('BufferPool', () => {
  it('gives a buffer of the next power of two, at least 4 KiB', () => {
    const pool = new BufferPool(1 << 20, false);
    expect(pool.take(1)?.byteLength).toBe(4 * KIB);
    expect(pool.take(4 * KIB + 1)?.byteLength).toBe(8 * KIB);
    expect(pool.bytes).toBe(12 * KIB);
  });

  it('gives the same buffer again', () => {
    const pool = new BufferPool(1 << 20, false);
    const buffer = pool.take(100)!;
    pool.give(buffer);
    expect(pool.take(4000)).toBe(buffer);
    expect(pool.bytes).toBe(4 * KIB);
  });

  it('gives null beyond its bound, and goes on after a buffer came back', () => {
    const pool = new BufferPool(16 * KIB, false);
    const first = pool.take(8 * KIB)!;
    expect(pool.take(8 * KIB)).not.toBeNull();
    expect(pool.take(1)).toBeNull();
    pool.give(first);
    expect(pool.take(8 * KIB)).toBe(first);
  });

  it('drops free buffers of other sizes before it refuses', () => {
    const pool = new BufferPool(16 * KIB, false);
    const kept = pool.take(4 * KIB)!;
    pool.give(pool.take(8 * KIB)!);
    expect(pool.bytes).toBe(12 * KIB);
    expect(pool.take(12 * KIB)).toBeNull();
    pool.give(kept);
    expect(pool.take(16 * KIB)?.byteLength).toBe(16 * KIB);
    expect(pool.bytes).toBe(16 * KIB);
  });

  it('gives one buffer larger than its bound while nothing else is taken, and does not keep it', () => {
    const pool = new BufferPool(16 * KIB, false);
    const large = pool.take(100 * KIB)!;
    expect(large.byteLength).toBe(128 * KIB);
    expect(pool.take(1)).toBeNull();
    pool.give(large);
    expect(pool.bytes).toBe(0);
  });

  it('does not double what is larger than 64 MiB', () => {
    expect(new BufferPool(0, false).take((64 << 20) + 1)?.byteLength).toBe((64 << 20) + 4 * KIB);
  });

  it('lets go of no more than it must, the largest first', () => {
    const pool = new BufferPool(32 * KIB, false);
    const kept = [4, 8, 16].map((size) => pool.take(size * KIB)!);
    for (const buffer of kept) pool.give(buffer);
    expect(pool.bytes).toBe(28 * KIB);
    expect(pool.take(5 * KIB)).toBe(kept[1]);
    expect(pool.take(8 * KIB)).not.toBeNull();
    expect(pool.bytes).toBe(20 * KIB);
    expect(pool.take(1)).toBe(kept[0]);
  });
});
