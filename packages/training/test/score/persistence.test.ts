import { describe, expect, it } from 'vitest';
import { persistence } from '../../src/score/persistence.ts';

describe('persistence', () => {
  it('is the target of the latest window that was known at the end of this one', () => {
    //   end      10  20  30  40     of another definition: 35
    //   known    25  22  90  95                            36
    const predictions = persistence({
      definitions: Int32Array.of(0, 0, 0, 0, 1),
      endsMs: Float64Array.of(10, 20, 30, 40, 35),
      knownMs: Float64Array.of(25, 22, 90, 95, 36),
      targets: Float64Array.of(1, 2, 3, 4, 5),
    });
    expect([...predictions]).toEqual([Number.NaN, Number.NaN, 2, 2, Number.NaN]);
  });

  it('knows what is known at that very time, and passes over what has no target', () => {
    const predictions = persistence({
      definitions: Int32Array.of(0, 0, 0),
      endsMs: Float64Array.of(10, 20, 30),
      knownMs: Float64Array.of(30, 21, 31),
      targets: Float64Array.of(1, Number.NaN, 3),
    });
    expect([...predictions]).toEqual([Number.NaN, Number.NaN, 1]);
  });
});
