import { describe, expect, it } from 'vitest';
import { windowFeatures } from '../../../../scripts/bundled-model/window-features.ts';

describe('windowFeatures', () => {
  it('gives all means, then all standard deviations', () => {
    const data = Float64Array.of(99, 1, 2, 3, 4, 5, 5, 5, 5, 99);
    const out = new Float64Array(6);
    windowFeatures({ data, offset: 1 }, { channels: 2, cells: 4 }, out, 1);
    expect([...out]).toEqual([0, 2.5, 5, Math.sqrt(1.25), 0, 0]);
  });
});
