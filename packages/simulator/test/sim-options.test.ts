import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { simOptions, type SimOptions } from '../src/index.ts';

describe('simOptions', () => {
  it('has defaults: four lines of 25 sensors, two hours from a Monday on', () => {
    expect(simOptions({})).toMatchObject({
      lines: 4,
      sensors: 25,
      startMs: Date.parse('2026-01-05T00:00:00Z'),
      durationMs: 7_200_000,
      rateHz: 1,
      seed: 1,
    });
  });

  it.each<[Partial<SimOptions>, string]>([
    [{ lines: 0 }, 'lines: found 0, expected an integer from 1 to 100000'],
    [{ lines: 1.5 }, 'lines: found 1.5'],
    [{ lines: 50_000, sensors: 25 }, 'lines: found 50000 lines of 25 sensors, expected at most'],
    [{ sensors: 1001 }, 'sensors: found 1001'],
    [{ seed: -1 }, 'seed: found -1'],
    [{ durationMs: 0 }, 'durationMs: found 0'],
    [{ rateHz: 0 }, 'rateHz: found 0'],
    [{ rateHz: 3 }, 'rateHz: found 3, expected a rate whose period is a whole number'],
    [{ gaps: 0.6 }, 'gaps: found 0.6'],
    [{ invalid: Number.NaN }, 'invalid: found NaN'],
    [{ jitterMs: 1000 }, 'jitterMs: found 1000, expected less than a period, 1000 ms'],
    [{ disorderS: 0.5 }, 'disorderS: found 0.5, expected 0, or at least a period'],
    [{ late: 0.1, lateS: 0 }, 'lateS: found 0, expected at least a period'],
    [{ durationMs: 10, startMs: 1 }, 'durationMs: found 1970-01-01T00:00:00.001Z and 10 ms'],
  ])('refuses %o', (asked, message) => {
    const attempt = (): SimOptions => simOptions(asked);
    expect(attempt).toThrow(WindrowError);
    expect(attempt).toThrow(`simulator: ${message}`);
  });
});
