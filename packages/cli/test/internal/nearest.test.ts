import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/internal/nearest.ts';

const words = ['source', 'sink', 'start', 'end', 'strict', 'definitions'];

describe('nearest', () => {
  it.each([
    ['sorce', 'source'],
    ['suorce', 'source'],
    ['snik', 'sink'],
    ['definition', 'definitions'],
    ['def', 'definitions'],
    ['definitoin', 'definitions'],
  ])('%s -> %s', (typed, meant) => {
    expect(nearest(typed, words)).toBe(meant);
  });

  it.each(['', 'q', 'xy', 'parallelism'])('knows nothing near %j', (typed) => {
    expect(nearest(typed, words)).toBeNull();
  });
});
