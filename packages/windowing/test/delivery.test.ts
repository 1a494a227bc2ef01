/** Which windows are copied into batches, and which lie ready. */
import { MetricDictionary, checkDefinitions, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { planWindows, type Delivery, type DeliveryRule } from '../src/index.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

interface Shape {
  readonly inputs: number;
  readonly cells: number;
  readonly stepS?: number;
  readonly model?: string;
  readonly over?: Readonly<Record<string, unknown>>;
}

function deliveriesOf(shapes: readonly Shape[], rule?: DeliveryRule): Delivery[] {
  const definitions: Definition[] = checkDefinitions(
    shapes.map(({ inputs, cells, stepS = 1, model, over }, n) => ({
      where: `entry ${n + 1}`,
      value: {
        input_metric_ids: Array.from({ length: inputs }, (_, i) => id(i)),
        window_size_s: cells,
        step_size_s: stepS,
        line_id: id(900),
        model_identifier: model ?? `model ${n}`,
        model_version: null,
        output_metric_id: id(1000 + n),
        output_device_id: id(901),
        output_machine_id: id(902),
        output_metric_name: '',
        ...over,
      },
    })),
    'test',
  );
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  const targets = definitions.map((definition) => ({ definition, dtype: 'float64' as const }));
  const [line] = planWindows(targets, dictionary, rule).lines;
  return line!.windows.map(({ delivery }) => delivery);
}

function kindsOf(shapes: readonly Shape[], rule?: DeliveryRule): string[] {
  return deliveriesOf(shapes, rule).map(({ kind }) => kind);
}

describe('tensors', () => {
  it('lie ready where the window is large and alone, and say so', () => {
    const shapes = [
      { inputs: 64, cells: 1024 },
      { inputs: 64, cells: 60 },
    ];
    expect(deliveriesOf(shapes)).toEqual([
      {
        kind: 'view',
        reason:
          'copying 65536 numbers takes about 26214 ns, a run that is not shared with others (1 alike) 0 ns more',
      },
      {
        kind: 'gather',
        reason:
          'copying 3840 numbers takes about 1536 ns, a run that is not shared with others (1 alike) 0 ns more',
      },
    ]);
  });

  it('are copied where others of the same shape share the run and the copy costs less than that', () => {
    const alike = { inputs: 64, cells: 256, model: 'one' };
    expect(kindsOf([alike])).toEqual(['view']);
    expect(kindsOf([alike, { ...alike, stepS: 2 }])).toEqual(['gather', 'gather']);
    expect(kindsOf([alike, { ...alike, model: 'two' }])).toEqual(['view', 'gather']);
  });

  it('are copied in a backfill, and where a step is most of the window', () => {
    const large = { inputs: 64, cells: 1024 };
    expect(kindsOf([large], 'by_the_hundred')).toEqual(['gather']);
    expect(kindsOf([{ ...large, stepS: 600 }])).toEqual(['gather']);
    expect(kindsOf([{ ...large, stepS: 600 }], 'view')).toEqual(['view']);
  });

  it('are copied where sums are interpolated, whatever is asked for', () => {
    const large = { inputs: 64, cells: 1024 };
    const sums = { ...large, over: { aggregate: 'sum', fill: { method: 'linear' } } };
    expect(kindsOf([sums], 'view')).toEqual(['gather']);
    expect(kindsOf([{ ...sums, over: { aggregate: 'max', fill: { method: 'linear' } } }])).toEqual([
      'view',
    ]);
  });

  it('take memory like their cells, however many there are: the largest come first', () => {
    const many = Array.from({ length: 30 }, (_, n) => ({ inputs: 8, cells: 3000 + n * 10 }));
    const kinds = kindsOf(many);
    expect(kinds.filter((kind) => kind === 'view')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('view');
    expect(deliveriesOf(many)[0]!.reason).toBe('views of the line take enough memory already');
  });
});
