import { describe, expect, it } from 'vitest';
import { checkHorizon, parseTargets } from '../../src/targets/target-spec.ts';
import { LINE, OTHER_LINE, definition, metric } from '../small-line.ts';

describe('targets', () => {
  const lines = [definition(), definition({ lineId: OTHER_LINE, inputMetricIds: [metric(5)] })];

  it('are a metric, one for each line, or an input', () => {
    const specs = parseTargets(
      [
        `same=${metric(9)}`,
        `own=${LINE}/${metric(7)}`,
        `own=${OTHER_LINE.toUpperCase()}/${metric(8)}`,
        'first=input:0',
      ],
      lines,
    );
    expect(specs.map(({ name, metricOf }) => [name, ...lines.map(metricOf)])).toEqual([
      ['same', metric(9), metric(9)],
      ['own', metric(7), metric(8)],
      ['first', metric(0), metric(5)],
    ]);
  });

  it.each([
    ['pressure', /found "pressure", expected NAME=METRIC_ID/],
    ['a b=input:0', /expected NAME=METRIC_ID/],
    ['a=nothing', /expected NAME=METRIC_ID/],
    [`a=line/${metric(1)}`, /expected NAME=METRIC_ID/],
    [`a=${LINE}/${metric(1)}`, /no metric for line .*bb/],
    ['a=input:1', /no metric for line .*bb/],
  ])('%s is refused', (text, message) => {
    expect(() => parseTargets([text], lines)).toThrow(message);
  });

  it('lie whole cells ahead', () => {
    expect(() => checkHorizon({ horizonMs: 2000, spanMs: 1000 }, 1000)).not.toThrow();
    expect(() => checkHorizon({ horizonMs: 2500, spanMs: null }, 1000)).toThrow(
      /--horizon: found 2\.5 s/,
    );
    expect(() => checkHorizon({ horizonMs: 0, spanMs: 0 }, 1000)).toThrow(/--span: found 0 s/);
  });
});
