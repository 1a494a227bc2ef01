/** The cases of the windowing benchmark. Each gives a figure in CPU time; the least of several rounds counts. */
import { SampleColumns } from '@windrow/core';
import type { DeliveryRule } from '@windrow/windowing';
import { WindowPerElement } from './window-per-element.ts';
import { START_MS, cpuMs, eachBatch, rigOf, type WindowSpec, type Workload } from './workload.ts';

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Samples a second of CPU time through an engine, batches as columns. */
export function columnarRate(workload: Workload, everyBatch: () => void = () => undefined): number {
  const { engine, sink, dictionary } = rigOf(workload);
  let samples = 0;
  let spentMs = 0;
  eachBatch(workload, dictionary, (batch) => {
    const startMs = cpuMs();
    engine.push(batch);
    engine.run(sink);
    everyBatch();
    spentMs += cpuMs() - startMs;
    samples += batch.length;
  });
  if (engine.samples().applied !== samples) throw new Error('a sample was lost');
  return (samples / spentMs) * 1000;
}

/** Bytes that the engine allocates on the heap for a sample, when it has been running for a while; batches in which the heap was collected are passed over. */
export function heapBytesPerSample(workload: Workload): number {
  const { engine, sink, dictionary } = rigOf(workload);
  const perSample: number[] = [];
  eachBatch(workload, dictionary, (batch) => {
    const before = process.memoryUsage().heapUsed;
    engine.push(batch);
    engine.run(sink);
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) perSample.push(grown / batch.length);
  });
  const settled = perSample.slice(Math.floor(perSample.length / 2)).toSorted((a, b) => a - b);
  return settled[Math.floor(settled.length / 2)]!;
}

/** 200 lines of 25 sensors, a window of 300 s over all of them each minute. */
export function plantOf(seconds: number): Workload {
  const windows = upTo(200).map((line) => ({ line, inputs: upTo(25), windowS: 300, stepS: 60 }));
  return { lines: 200, seriesPerLine: 25, seconds, windows };
}

/** The same from objects, as a subscriber hands them on, or from lines of JSON. */
export function parsedRate(workload: Workload, form: 'objects' | 'json'): number {
  const { engine, sink, dictionary } = rigOf(workload);
  const columns = new SampleColumns(dictionary, 65_536);
  let samples = 0;
  let spentMs = 0;
  eachBatch(workload, dictionary, (batch) => {
    const rows = Array.from({ length: batch.length }, (_, i) => ({
      metric_id: dictionary.text(batch.slots[i]!),
      timestamp_ms: batch.timestampsMs[i]!,
      value: batch.values[i]!,
    }));
    const lines = form === 'json' ? rows.map((row) => JSON.stringify(row)) : [];
    const startMs = cpuMs();
    columns.length = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = form === 'json' ? (JSON.parse(lines[i]!) as (typeof rows)[0]) : rows[i]!;
      columns.push(dictionary.intern(row.metric_id), row.timestamp_ms, row.value);
    }
    engine.push(columns);
    engine.run(sink);
    spentMs += cpuMs() - startMs;
    samples += batch.length;
  });
  return (samples / spentMs) * 1000;
}

/** A line of 1000 series with so many different windows on one of them. */
export function manyWindows(count: number, seconds: number): Workload {
  const windows = upTo(count).map((n): WindowSpec => ({
    line: 0,
    inputs: [0],
    windowS: 600 - (n % 60) * 5,
    stepS: 60,
  }));
  const rest: WindowSpec = { line: 0, inputs: upTo(1000).slice(1), windowS: 60, stepS: 3600 };
  return { lines: 1, seriesPerLine: 1000, seconds, windows: [...windows, rest] };
}

/** The same windows, one accumulator for every window and sample; of the one metric only. */
export function perElementRate(count: number, seconds: number): number {
  const specs = manyWindows(count, seconds).windows.slice(0, count);
  const engine = new WindowPerElement(
    specs.map(({ windowS, stepS }) => ({ windowMs: windowS * 1000, stepMs: stepS * 1000 })),
  );
  const startMs = cpuMs();
  for (let s = 0; s < seconds; s++) engine.take(1_700_000_000_000 + s * 1000, s);
  return (seconds / (cpuMs() - startMs)) * 1000;
}

/** A line of 1000 series, one window of a minute on one of them, at this slide. */
export function slideOf(stepS: number, seconds: number): Workload {
  const own = { line: 0, inputs: [0], windowS: 60, stepS, resolutionS: 0.5 };
  const rest = { line: 0, inputs: upTo(1000).slice(1), windowS: 60, stepS: 3600, resolutionS: 0.5 };
  return { lines: 1, seriesPerLine: 1000, seconds, windows: [own, rest] };
}

/** Nanoseconds of CPU for one late sample that changes an open window's cell, without the judging that follows. */
export function lateUpdateNs(updates: number): number {
  const workload: Workload = {
    lines: 1,
    seriesPerLine: 25,
    seconds: 1200,
    windows: [{ line: 0, inputs: upTo(25), windowS: 300, stepS: 60, latenessS: 600 }],
  };
  const { engine, sink, dictionary } = rigOf(workload);
  eachBatch(workload, dictionary, (batch) => {
    engine.push(batch);
    engine.run(sink);
  });
  const batch = new SampleColumns(dictionary, updates);
  for (let i = 0; i < updates; i++) {
    // Later in its cell than what the cell holds, from 100 to 500 s behind the latest.
    batch.push(
      i % 25,
      1_700_000_000_000 + (700 + (i % 400)) * 1000 + 1 + Math.floor(i / 10_000),
      i,
    );
  }
  const startMs = cpuMs();
  engine.push(batch);
  engine.run(sink);
  const spentMs = cpuMs() - startMs;
  if (engine.samples().dropped_late > 0) throw new Error('late samples were dropped');
  return (spentMs / updates) * 1e6;
}

/** Steps that are timed together. */
const BLOCK = 64;

/**
 * Nanoseconds for a step of one window of 64 channels and T cells, tensor included: the watermark moves by a cell, the window is judged
 * and its tensor handed over. The samples are in their cells before. For each block of steps the least of the rounds counts, and of these
 * the mean, so that what happens once in many steps is in it.
 */
export function stepNs(cells: number, steps: number, delivery: DeliveryRule, rounds = 5): number {
  const blocks = new Float64Array(Math.floor(steps / BLOCK)).fill(Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) timeSteps(cells, delivery, blocks);
  return (blocks.reduce((a, b) => a + b) / (blocks.length * BLOCK)) * 1e6;
}

function timeSteps(cells: number, delivery: DeliveryRule, blocks: Float64Array): void {
  const { engine, sink, dictionary } = rigOf({
    lines: 1,
    seriesPerLine: 64,
    seconds: 0,
    delivery,
    outOfOrderMs: null,
    aheadMs: BLOCK * 1000,
    windows: [{ line: 0, inputs: upTo(64), windowS: cells, stepS: 1 }],
  });
  const batch = new SampleColumns(dictionary, 64 * BLOCK);
  const lead = Math.ceil(cells / BLOCK) + 1;
  for (let block = -lead; block < blocks.length; block++) {
    const startMs = START_MS + block * BLOCK * 1000;
    engine.advance(startMs);
    engine.run(sink);
    batch.length = 0;
    for (let s = 0; s < BLOCK; s++) {
      for (let slot = 0; slot < 64; slot++) batch.push(slot, startMs + s * 1000, slot + s / 10);
    }
    engine.push(batch);
    engine.run(sink);
    const from = performance.now();
    for (let s = 1; s <= BLOCK; s++) {
      engine.advance(startMs + s * 1000);
      engine.run(sink);
    }
    const ms = performance.now() - from;
    if (block >= 0) blocks[block] = Math.min(blocks[block]!, ms);
  }
}

/** Points that a slice of a snapshot takes. */
const SLICE_POINTS = 16_384;
/** The same where every point is new, as the live job takes them. */
const FIRST_SLICE_POINTS = 8000;

export interface SnapshotPauses {
  readonly stateBytes: number;
  readonly partBytes: number;
  /** Longest and median time of a part that is taken at once, and of a slice of one, in ms. */
  readonly partMs: readonly [longest: number, median: number];
  readonly sliceMs: readonly [longest: number, median: number];
}

/** A part of a snapshot after every batch, which is 13 s of a plant; every other one in slices. The state is full in the second half. */
export function snapshotPauses(seconds: number): SnapshotPauses {
  const windows = upTo(200).map((line) => ({ line, inputs: upTo(25), windowS: 900, stepS: 60 }));
  const workload: Workload = { lines: 200, seriesPerLine: 25, seconds, windows };
  const { engine, sink, dictionary } = rigOf(workload);
  const parts: number[] = [];
  const slices: number[] = [];
  const sizes: number[] = [];
  let isSliced = false;
  eachBatch(workload, dictionary, (batch) => {
    engine.push(batch);
    engine.run(sink);
    isSliced = !isSliced;
    if (!isSliced) {
      sizes.push(timed(parts, () => engine.snapshot()).length);
      return;
    }
    const progress = timed(slices, () => engine.beginSnapshot());
    while (!timed(slices, () => progress.step(SLICE_POINTS)));
    timed(slices, () => progress.finish());
  });
  return {
    stateBytes: engine.sizeBytes,
    partBytes: sizes.at(-1)!,
    partMs: secondHalf(parts),
    sliceMs: secondHalf(slices),
  };
}

/** The longest slice, in ms, of the first part of an engine whose cells are all there already. */
export function firstPartPause(seconds: number): number {
  const windows = upTo(200).map((line) => ({ line, inputs: upTo(25), windowS: 900, stepS: 60 }));
  const workload: Workload = { lines: 200, seriesPerLine: 25, seconds, windows };
  const { engine, sink, dictionary } = rigOf(workload);
  eachBatch(workload, dictionary, (batch) => {
    engine.push(batch);
    engine.run(sink);
  });
  const slices: number[] = [];
  const progress = timed(slices, () => engine.beginSnapshot());
  while (!timed(slices, () => progress.step(FIRST_SLICE_POINTS)));
  timed(slices, () => progress.finish());
  return Math.max(...slices);
}

function timed<T>(into: number[], act: () => T): T {
  const startMs = performance.now();
  const result = act();
  into.push(performance.now() - startMs);
  return result;
}

function secondHalf(all: readonly number[]): readonly [longest: number, median: number] {
  const settled = all.slice(Math.floor(all.length / 2)).toSorted((a, b) => a - b);
  return [settled.at(-1)!, settled[Math.floor(settled.length / 2)]!];
}

/** Snapshots of which nothing is counted: until they run at their speed. */
const WARM_SNAPSHOTS = 3;

/** Rate without snapshots, and with one every so many ms of the clock, at the rate at which samples come here. */
export function snapshotRates(
  seconds: number,
  everyMs: number,
): readonly [without: number, with_: number] {
  const { engine, sink, dictionary } = rigOf(plantOf(seconds));
  let runMs = 0;
  let lastMs = 0;
  let taken = 0;
  let [samples, countedMs, snapshotMs] = [0, 0, 0];
  eachBatch(plantOf(seconds), dictionary, (batch) => {
    const startMs = cpuMs();
    engine.push(batch);
    engine.run(sink);
    const spentMs = cpuMs() - startMs;
    runMs += spentMs;
    if (taken >= WARM_SNAPSHOTS) {
      samples += batch.length;
      countedMs += spentMs;
    }
    if (runMs - lastMs < everyMs) return;
    lastMs = runMs;
    const snapshotAt = cpuMs();
    engine.snapshot();
    if (taken++ >= WARM_SNAPSHOTS) snapshotMs += cpuMs() - snapshotAt;
  });
  return [(samples / countedMs) * 1000, (samples / (countedMs + snapshotMs)) * 1000];
}

/** Bytes of state with 300 windows on a metric, against the largest alone. */
export function stateRatio(): number {
  const many = rigOf(manyWindows(300, 1)).engine.sizeBytes;
  const workload = manyWindows(300, 1);
  const one = rigOf({ ...workload, windows: [workload.windows[0]!, workload.windows.at(-1)!] });
  return many / one.engine.sizeBytes;
}
