import { describe, expect, it } from 'vitest';
import {
  LAB_DELAY_MS_MAX,
  LAB_DELAY_MS_MIN,
  LAB_NOISE_BAR,
  labResults,
  simOptions,
  type LabResults,
} from '../src/index.ts';
import { lineKey } from '../src/internal/line-key.ts';
import { LinePhysics } from '../src/internal/line-physics.ts';

const options = simOptions({ lines: 3, durationMs: 24 * 3_600_000, seed: 7 });

function rows(results: LabResults): string[] {
  return Array.from({ length: results.length }, (_, i) => {
    const line = results.lines[results.lineIndex[i]!]!.lineId;
    const { timestampsMs, knownMs, values } = results;
    return `${line} ${timestampsMs[i]} ${knownMs[i]} ${values[i]}`;
  });
}

describe('labResults', () => {
  it('has one piece of each line every twenty minutes, known 40 minutes to two days later', () => {
    const results = labResults(options);
    expect(results.length).toBe(3 * 72);
    const delays: number[] = [];
    for (let i = 0; i < results.length; i++) {
      const t = results.timestampsMs[i]!;
      expect(results.lineIndex[i]).toBe(Math.floor(i / 72));
      expect(Math.floor((t - options.startMs) / 1_200_000)).toBe(i % 72);
      expect(t % 1000).toBe(0);
      delays.push(results.knownMs[i]! - t);
      expect(Math.round(results.values[i]! * 10) / 10).toBe(results.values[i]);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(LAB_DELAY_MS_MIN);
    expect(Math.min(...delays)).toBeLessThan(LAB_DELAY_MS_MIN * 1.1);
    expect(Math.max(...delays)).toBeLessThanOrEqual(LAB_DELAY_MS_MAX);
    expect(Math.max(...delays)).toBeGreaterThan(LAB_DELAY_MS_MAX * 0.9);
  });

  it('is the same result whatever the number of lines, the range, the rate or the faults', () => {
    const all = new Set(rows(labResults(options)));
    const part = labResults(
      simOptions({
        lines: 1,
        startMs: options.startMs + 5_000_000,
        durationMs: 20_000_000,
        seed: 7,
        rateHz: 10,
        late: 0.5,
        gaps: 0.5,
      }),
    );
    expect(part.length).toBeGreaterThan(15);
    expect(rows(part).filter((row) => !all.has(row))).toEqual([]);
    expect(rows(labResults(simOptions({ ...options, seed: 8 }))).some((row) => all.has(row))).toBe(
      false,
    );
  });

  it('measures the physics, with the error of a laboratory', () => {
    const { lineIndex, timestampsMs, values, length } = labResults(options, { everyS: 600 });
    const errors: number[] = [];
    const truths: number[] = [];
    for (let i = 0; i < length; i += 3) {
      const line = new LinePhysics(lineKey(7, lineIndex[i]!), 0);
      line.seek(timestampsMs[i]! / 1000);
      truths.push(line.burstPressureBar());
      errors.push(values[i]! - line.burstPressureBar());
    }
    const deviation = (x: readonly number[]): number => {
      const mean = x.reduce((s, v) => s + v, 0) / x.length;
      return Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length);
    };
    expect(deviation(errors)).toBeGreaterThan(LAB_NOISE_BAR * 0.8);
    expect(deviation(errors)).toBeLessThan(LAB_NOISE_BAR * 1.2);
    // What there is to predict is larger than what cannot be.
    expect(deviation(truths)).toBeGreaterThan(2.5 * LAB_NOISE_BAR);
  });

  it.each([0, 59, 90.5, Number.NaN])('refuses a piece every %d s', (everyS) => {
    expect(() => labResults(options, { everyS })).toThrow('expected whole seconds, at least 60');
  });

  it('refuses more results than memory may hold', () => {
    const huge = simOptions({ lines: 40_000, durationMs: 365 * 86_400_000 });
    expect(() => labResults(huge)).toThrow('expected at most 50000000: take fewer pieces');
  });
});
