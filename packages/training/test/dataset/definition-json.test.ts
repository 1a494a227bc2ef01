import { checkDefinitions, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { definitionJson } from '../../src/dataset/definition-json.ts';
import { definition } from '../small-line.ts';

const cases: readonly Partial<Definition>[] = [
  {},
  { fill: { method: 'last', maxAgeMs: 2500 }, minCoverage: 0.5, allowedLatenessMs: 1000 },
  { fill: { method: 'linear', maxGapMs: 4000 }, layout: 'time_major', aggregate: 'mean' },
  { fill: { method: 'constant', value: -0.5 }, allowMissing: true, modelVersion: 3 },
  { inputName: 'window', outputName: 'y', resolutionMs: 500, stepMs: 1500, windowMs: 4500 },
];

describe('a definition in dataset.json', () => {
  it.each(cases)('%o is read back as it was', (changes) => {
    const own = definition(changes);
    const text = JSON.parse(JSON.stringify(definitionJson(own))) as unknown;
    expect(checkDefinitions([{ value: text, where: 'definition 0' }], 'dataset.json')).toEqual([
      own,
    ]);
  });
});
