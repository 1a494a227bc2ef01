import { describe, expect, it } from 'vitest';
import { parseSplit, splitNames } from '../../src/splits/split-spec.ts';

describe('a split', () => {
  it.each([
    ['none', { kind: 'none' }, ['all']],
    ['time:0.8/0.2', { kind: 'shares', shares: [0.8, 0.2] }, ['train', 'test']],
    [
      'time:0.7/0.15/0.15',
      { kind: 'shares', shares: [0.7, 0.15, 0.15] },
      ['train', 'validation', 'test'],
    ],
    ['time:1970-01-02', { kind: 'times', atMs: [86_400_000] }, ['train', 'test']],
    [
      'time:1970-01-01T00:00:01Z/1970-01-01T00:00:02Z',
      { kind: 'times', atMs: [1000, 2000] },
      ['train', 'validation', 'test'],
    ],
    [
      'group:line',
      { kind: 'group', by: 'line', shares: [0.7, 0.15, 0.15] },
      ['train', 'validation', 'test'],
    ],
    [
      'group:product:0.5/0.5',
      { kind: 'group', by: 'product', shares: [0.5, 0.5] },
      ['train', 'test'],
    ],
    ['forward:2', { kind: 'forward', folds: 2 }, ['block-0', 'block-1', 'block-2']],
  ])('%s', (text, spec, names) => {
    expect(parseSplit(text)).toEqual(spec);
    expect(splitNames(parseSplit(text))).toEqual(names);
  });

  it.each([
    ['', /--split: found ""/],
    ['time:0.7/0.7', /shares that add up to 1\.4/],
    ['time:0.25/0.25/0.25/0.25', /two or three/],
    ['time:1970-01-02/1970-01-01', /--split: found/],
    ['time:soon', /--split time:soon: found "soon"/],
    ['group:', /--split: found/],
    ['group:product:2/3', /--split: found/],
    ['forward:0', /--split: found/],
    ['forward:x', /--split: found/],
    ['none:1', /--split: found/],
  ])('%s is refused', (text, message) => {
    expect(() => parseSplit(text)).toThrow(message);
  });
});
