/** What becomes of a trace when things go another way than planned. */
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import type { Definition, PredictionBatch } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { DeliveryTraces } from '../../src/tracing/delivery-traces.ts';

interface Bench {
  readonly traces: DeliveryTraces;
  /** Those that have ended. */
  readonly spans: () => ReadableSpan[];
  readonly named: (name: string) => ReadableSpan[];
}

let nowMs = 0;

function bench(sinks: number = 1): Bench {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const clock = { wallMs: () => Date.now(), nowMs: () => nowMs };
  const traces = new DeliveryTraces({ tracer: provider.getTracer('test'), clock, sinks });
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  return { traces, spans, named: (name) => spans().filter((span) => span.name === name) };
}

const delivery = (sequence: number): { source: string; sequence: number; samples: number } => ({
  source: 'in:',
  sequence,
  samples: 10,
});

/** Predictions of the outputs `m`, at these window ends. */
function batch(ends: readonly number[]): PredictionBatch {
  return {
    length: ends.length,
    definitions: [{ outputMetricId: 'm' } as Definition],
    models: [],
    definitionIndex: new Int32Array(ends.length),
    modelIndex: new Int32Array(ends.length),
    windowEndsMs: Float64Array.from(ends),
    values: new Float64Array(ends.length),
    revisions: new Int32Array(ends.length),
  };
}

/** A delivery that has been worked off, with windows that end then. */
function worked({ traces }: Bench, sequence: number, ends: readonly number[]): void {
  traces.arrived(delivery(sequence));
  traces.begun(delivery(sequence));
  for (const end of ends) traces.judged('m', end);
  traces.worked();
}

function score({ traces }: Bench, windowEndMs: number, value: number = 1): void {
  nowMs++;
  traces.scored({ outputMetricId: 'm', windowEndMs, value, model: 'mean/1' });
}

describe('a trace', () => {
  it('of a delivery that makes no window due ends with it', () => {
    const own = bench();
    worked(own, 1, []);
    expect(own.spans().map(({ name }) => name)).toEqual(['wait', 'windows', 'delivery']);
    expect(own.traces.isFollowing).toBe(false);
  });

  it('ends when the last sink has the last prediction; a number that is not finite is none', () => {
    const own = bench(2);
    worked(own, 1, [10, 20, 30]);
    for (const [end, value] of [
      [10, 1],
      [20, Number.NaN],
      [30, 2],
    ] as const) {
      score(own, end, value);
    }
    own.traces.publishing('a:', batch([10, 30]))(null);
    own.traces.publishing('b:', batch([10]))(null);
    expect(own.named('delivery')).toEqual([]);
    own.traces.publishing('b:', batch([30, 40]))(null);
    expect(own.named('delivery')).toHaveLength(1);
    expect(own.named('publish').map(({ attributes }) => attributes)).toMatchObject([
      { 'windrow.sink': 'a:', 'windrow.predictions_of_delivery': 2 },
      { 'windrow.sink': 'b:', 'windrow.predictions_of_delivery': 1 },
      { 'windrow.predictions': 2, 'windrow.predictions_of_delivery': 1 },
    ]);
  });

  it('has each commit of its scores, and no other', () => {
    const own = bench();
    worked(own, 1, [10, 20]);
    own.traces.committed(1, 0);
    score(own, 10);
    const sealedMs = nowMs;
    score(own, 20);
    own.traces.committed(2, nowMs - sealedMs);
    own.traces.committed(3, 0);
    own.traces.committed(4, 0);
    const sizes = own.named('commit').map(({ attributes }) => attributes['windrow.size_bytes']);
    expect(sizes).toEqual([2, 3]);
  });

  it('shows what a sink said that did not take it', () => {
    const own = bench();
    worked(own, 1, [10]);
    score(own, 10);
    own.traces.publishing('a:', batch([10]))('no such topic');
    expect(own.named('publish')[0]!.status).toMatchObject({ code: 2, message: 'no such topic' });
    expect(own.named('delivery')).toEqual([]);
    own.traces.publishing('a:', batch([10]))(null);
    expect(own.named('delivery')[0]!.attributes).not.toHaveProperty('windrow.incomplete');
  });

  it('of which something is missing is given up for later ones, or at the end', () => {
    const own = bench();
    for (let sequence = 1; sequence <= 33; sequence++) worked(own, sequence, [sequence]);
    expect(own.named('delivery').map(({ attributes }) => attributes)).toMatchObject([
      { 'windrow.sequence': 1, 'windrow.incomplete': true },
    ]);
    own.traces.close();
    expect(own.named('delivery')).toHaveLength(33);
    expect(own.named('score')).toHaveLength(33);
    expect(own.traces.isFollowing).toBe(false);
  });

  it('follows only what its own delivery led to', () => {
    const own = bench();
    worked(own, 1, [10]);
    // Time that passes for a silent line.
    own.traces.judged('m', 20);
    own.traces.publishing('a:', batch([20]))(null);
    expect(own.named('publish')).toEqual([]);
    own.traces.close();
    expect(own.named('delivery')[0]!.attributes).toMatchObject({ 'windrow.windows': 1 });
  });
});
