/** Two lines with three sensors each, and definitions over them: small, but with all that can go wrong in time. */
import type { Definition } from '@windrow/core';
import type { Message, Row } from './row-sources.ts';
import { dice } from './world.ts';

/** 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000;
const SENSORS = 3;
const LINES = 2;

export function metricId(line: number, sensor: number): string {
  return `00000000-0000-4000-8000-0000000${line}000${sensor}`;
}

/** @param n makes the ids of its output */
export function definitionOf(
  n: number,
  over: Partial<Definition> & { readonly line: number },
): Definition {
  const { line, ...rest } = over;
  return {
    inputMetricIds: Array.from({ length: SENSORS }, (_, sensor) => metricId(line, sensor)),
    windowMs: 6000,
    stepMs: 2000,
    resolutionMs: 1000,
    lineId: `10000000-0000-4000-8000-00000000000${line}`,
    modelIdentifier: 'sum',
    modelVersion: null,
    outputMetricId: `20000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`,
    outputDeviceId: '30000000-0000-4000-8000-000000000000',
    outputMachineId: '40000000-0000-4000-8000-000000000000',
    outputMetricName: `sum-${n}`,
    aggregate: 'last',
    fill: { method: 'last', maxAgeMs: 3000 },
    allowMissing: false,
    minCoverage: 0,
    allowedLatenessMs: 0,
    layout: 'channel_major',
    inputName: null,
    outputName: null,
    ...rest,
  };
}

/** One of each kind: with and without lateness, with and without gaps, with sums that keep every sample. */
export function plantDefinitions(allowedLatenessMs: number): Definition[] {
  return [
    definitionOf(1, { line: 0, allowedLatenessMs }),
    definitionOf(2, {
      line: 0,
      aggregate: 'mean',
      windowMs: 10_000,
      stepMs: 5000,
      allowedLatenessMs,
    }),
    definitionOf(3, { line: 1, allowedLatenessMs, fill: { method: 'linear', maxGapMs: 4000 } }),
    definitionOf(4, { line: 1, stepMs: 1000, allowedLatenessMs, allowMissing: true }),
  ];
}

/**
 * Samples of so many seconds, in messages. Some come late, some twice, some have no value, some nobody asks for.
 * @param lateMs how much later than younger ones samples may come
 */
export function plantMessages(seconds: number, seed: number, lateMs: number): Message[] {
  const roll = dice(seed);
  const rows: { readonly row: Row; readonly atMs: number }[] = [];
  for (let second = 0; second < seconds; second++) {
    for (let line = 0; line < LINES; line++) {
      for (let sensor = 0; sensor < SENSORS; sensor++) {
        const timestampMs = START_MS + second * 1000 + Math.floor(roll() * 900);
        const value = roll() < 0.02 ? Number.NaN : Math.round(roll() * 1000) / 8;
        const id = roll() < 0.02 ? metricId(9, 9) : metricId(line, sensor);
        const lateBy = roll() < 0.15 ? roll() * lateMs : 0;
        const row = { id, timestampMs, value };
        if (roll() < 0.05) continue;
        rows.push({ row, atMs: timestampMs + lateBy });
        if (roll() < 0.05) rows.push({ row, atMs: timestampMs + lateBy + roll() * lateMs });
      }
    }
  }
  rows.sort((a, b) => a.atMs - b.atMs);
  const messages: Message[] = [];
  for (let from = 0; from < rows.length;) {
    const to = Math.min(rows.length, from + 1 + Math.floor(roll() * 12));
    const afterMs = roll() < 0.7 ? Math.floor(roll() * 40) : 0;
    messages.push({ afterMs, rows: rows.slice(from, to).map(({ row }) => row) });
    from = to;
  }
  return messages;
}
