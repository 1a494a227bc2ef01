import { describe, expect, it } from 'vitest';
import { WindrowError, checkDefinitions, lookbackCells, windowCells } from '../src/index.ts';

/** What an existing deployment writes. */
const TEN = {
  input_metric_ids: [
    '3EA26934-8464-54d1-86a6-70a5c7c9a5f3',
    '99baf78a-2bdf-534f-90e5-b58fd852c2c5',
  ],
  window_size_s: 300,
  step_size_s: 10,
  line_id: '613cbd00-1279-420e-b0c5-dc310b9978b9',
  model_identifier: 'Monitoring-Monitoring-Factory-Clearblade-SLO-',
  model_version: null,
  output_metric_id: '1caeef70-43b1-4813-9698-c9462e2d1de3',
  output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
  output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
  output_metric_name: 'synthetic_predicted_metric',
};

function check(...values: unknown[]): ReturnType<typeof checkDefinitions> {
  return checkDefinitions(
    values.map((value, i) => ({ value, where: `entry ${i + 1}` })),
    'defs.json',
  );
}

/** The message with which these entries are refused. */
function refusal(...values: unknown[]): string {
  try {
    check(...values);
  } catch (error) {
    if (error instanceof WindrowError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('checkDefinitions', () => {
  it('takes the ten fields as they are and fills in the defaults', () => {
    expect(check(TEN)).toEqual([
      {
        inputMetricIds: TEN.input_metric_ids.map((id) => id.toLowerCase()),
        windowMs: 300_000,
        stepMs: 10_000,
        resolutionMs: 1000,
        lineId: TEN.line_id,
        modelIdentifier: TEN.model_identifier,
        modelVersion: null,
        outputMetricId: TEN.output_metric_id,
        outputDeviceId: TEN.output_device_id,
        outputMachineId: TEN.output_machine_id,
        outputMetricName: TEN.output_metric_name,
        aggregate: 'last',
        fill: { method: 'last', maxAgeMs: 60_000 },
        allowMissing: false,
        minCoverage: 0,
        allowedLatenessMs: 0,
        layout: 'channel_major',
        inputName: null,
        outputName: null,
      },
    ]);
  });

  it('reaches as far back as a cell where that is longer than a minute', () => {
    const long = { ...TEN, resolution_s: 100, step_size_s: 100 };
    const [last] = check(long);
    expect(last!.fill).toEqual({ method: 'last', maxAgeMs: 100_000 });
    expect([windowCells(last!), lookbackCells(last!)]).toEqual([3, 1]);
    const [linear] = check({ ...long, fill: { method: 'linear' } });
    expect(linear!.fill).toEqual({ method: 'linear', maxGapMs: 100_000 });
    expect(lookbackCells(linear!)).toBe(0);
  });

  it('takes fractions of seconds that are whole milliseconds, and a version as text', () => {
    const [definition] = check({
      ...TEN,
      resolution_s: 0.001,
      window_size_s: 0.3,
      step_size_s: 0.1,
      model_version: '12',
      fill: { method: 'last', max_age_s: 0.0025 * 2 },
    });
    expect(definition).toMatchObject({
      windowMs: 300,
      stepMs: 100,
      resolutionMs: 1,
      modelVersion: 12,
    });
    expect(lookbackCells(definition!)).toBe(5);
  });

  it.each([
    [{ window_size_s: 0.0005 }, 'window_size_s: found 0.0005'],
    [{ window_size_s: 1e12 }, 'window_size_s: found 1000000000000'],
    [
      { window_size_s: 305, resolution_s: 10 },
      'window_size_s: found 305, expected a multiple of resolution_s (10)',
    ],
    [
      { step_size_s: 2.5 },
      'step_size_s: found 2.5, expected a multiple of resolution_s (1, the default)',
    ],
    [
      { resolution_s: 3_000_000, window_size_s: 3_000_000, step_size_s: 3_000_000 },
      'resolution_s: found 3000000',
    ],
    [
      { window_size_s: 100_000_000 },
      'window_size_s: found 100000000 s, so that 100000000 s of 2 inputs',
    ],
    [{ allowed_lateness_s: 300_000_000 }, 'allowed_lateness_s: found 300000000 s'],
    [{ fill: { method: 'last', max_age_s: 300_000_000 } }, 'fill.max_age_s: found 300000000 s'],
    [{ model_identifier: '../else' }, 'model_identifier: found "../else"'],
    [{ model_version: 1.5 }, 'model_version: found 1.5'],
    [
      { model_version: '007' },
      'model_version: found "007", expected null (the newest) or a positive integer',
    ],
    [
      { fill: { method: 'last', max_gap_s: 1 } },
      'fill.max_gap_s: found a field that is not known here, expected only method, max_age_s',
    ],
    [{ fill: 'last' }, 'fill: found "last", expected an object with a method'],
    [{ fill: { method: 'constant', value: null } }, 'fill.value: found null'],
    [
      { window_sise_s: 1 },
      'window_sise_s: found a field that is not known here, expected perhaps window_size_s',
    ],
    [{ input_metric_ids: [TEN.line_id, 'x'] }, 'input_metric_ids[1]: found "x", expected a UUID'],
    [{ min_coverage: -0.1 }, 'min_coverage: found -0.1'],
  ])('refuses %j', (change, message) => {
    expect(refusal({ ...TEN, ...change })).toContain(`defs.json: entry 1: ${message}`);
  });

  it('names every fault of every entry, a line each', () => {
    const lines = refusal({ ...TEN, line_id: 'x', layout: 'rows' }, 7, TEN).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('entry 2: definition: found 7');
  });

  it('refuses an output that two definitions write, in whatever case', () => {
    const message = refusal(TEN, { ...TEN, output_metric_id: TEN.output_metric_id.toUpperCase() });
    expect(message).toContain('entry 2: output_metric_id');
    expect(message).toContain('entry 1 has too');
  });

  it('refuses a file without definitions', () => {
    expect(refusal()).toContain('found no definition');
  });
});
