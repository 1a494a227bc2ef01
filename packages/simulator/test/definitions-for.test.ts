import { checkDefinitions, WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { definitionsFor, simulatedLines, QUALITY_INPUT_NAMES } from '../src/index.ts';

describe('definitionsFor', () => {
  it('are definitions: the ten fields, as a file has them', () => {
    const entries = definitionsFor({ lines: 3, sensors: 30 }, { stepS: 30 });
    const text: unknown = JSON.parse(JSON.stringify(entries));
    const raw = (text as unknown[]).map((value, i) => ({ value, where: `entry ${i + 1}` }));
    const definitions = checkDefinitions(raw, 'definitions.json');
    expect(
      definitions.map((d) => [d.windowMs, d.stepMs, d.modelIdentifier, d.modelVersion]),
    ).toEqual(Array.from({ length: 3 }, () => [300_000, 30_000, 'extrusion-quality', null]));
    expect(Object.keys(entries[0]!).length).toBe(10);
    expect(entries[0]!.step_size_s).toBe(30);
    expect(definitionsFor({ lines: 1, sensors: 25 })[0]!.step_size_s).toBe(60);
  });

  it('ask for the first 25 metrics of their line', () => {
    const lines = simulatedLines({ lines: 2, sensors: 30 });
    for (const [i, entry] of definitionsFor({ lines: 2, sensors: 30 }).entries()) {
      const metrics = lines[i]!.metrics.slice(0, 25);
      expect(entry.line_id).toBe(lines[i]!.lineId);
      expect(entry.input_metric_ids).toEqual(metrics.map((metric) => metric.metricId));
      expect(metrics.map((metric) => metric.name)).toEqual(QUALITY_INPUT_NAMES);
    }
  });

  it('need all 25 sensors', () => {
    const attempt = (): unknown => definitionsFor({ lines: 1, sensors: 24 });
    expect(attempt).toThrow(WindrowError);
    expect(attempt).toThrow('sensors: found 24, expected at least 25');
  });
});

describe('simulatedLines', () => {
  it('gives every line and sensor an id of its own', () => {
    const lines = simulatedLines({ lines: 50, sensors: 40 });
    const ids = lines.flatMap((line) => [line.lineId, ...line.metrics.map((m) => m.metricId)]);
    expect(new Set(ids).size).toBe(50 * 41);
    expect(lines[7]).toMatchObject({ index: 7, name: 'extrusion-008' });
    expect(lines[0]!.metrics[2]).toMatchObject({ name: 'melt-pressure', unit: 'bar', decimals: 1 });
    expect(lines[0]!.metrics[39]!.name).toBe('die-zone-15-temperature');
  });
});
