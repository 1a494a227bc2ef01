import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  SIM_PARAMETERS,
  formatSimUri,
  isLiveSimUri,
  parseLiveSimUri,
  parseSimUri,
  readSimParameters,
  simOptions,
} from '../src/index.ts';

describe('sim:// URIs', () => {
  it('set every option', () => {
    const uri =
      'sim://extrusion?lines=3&sensors=30&start=2020-02-29T12:00:00Z&hours=1.5&rate=2&seed=9&gaps=0.1&gap_s=7' +
      '&jitter_ms=20&disorder_s=4&late=0.2&late_s=60&duplicates=0.3&invalid=0.4';
    expect(parseSimUri(uri)).toEqual({
      lines: 3,
      sensors: 30,
      startMs: Date.parse('2020-02-29T12:00:00Z'),
      durationMs: 5_400_000,
      rateHz: 2,
      seed: 9,
      gaps: 0.1,
      gapS: 7,
      jitterMs: 20,
      disorderS: 4,
      late: 0.2,
      lateS: 60,
      duplicates: 0.3,
      invalid: 0.4,
    });
    expect(parseSimUri('sim://extrusion')).toEqual(simOptions({}));
    expect(parseSimUri('sim://extrusion?seconds=0.5&rate=10').durationMs).toBe(500);
  });

  it('say the same when they are formatted', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            lines: fc.integer({ min: 1, max: 1000 }),
            sensors: fc.integer({ min: 1, max: 1000 }),
            startMs: fc.integer({ min: 0, max: 4e12 }),
            durationMs: fc.integer({ min: 1000, max: 1e9 }),
            seed: fc.nat(),
            rateHz: fc.constantFrom(1, 2, 4, 10),
            gaps: fc.double({ min: 0, max: 0.5, noNaN: true }),
            late: fc.double({ min: 0, max: 1, noNaN: true }),
            jitterMs: fc.nat(99),
          },
          { requiredKeys: [] },
        ),
        (asked) => {
          const options = simOptions(asked);
          expect(parseSimUri(formatSimUri(options))).toEqual(options);
        },
      ),
    );
    expect(formatSimUri(simOptions({}))).toBe('sim://extrusion');
    expect(formatSimUri(simOptions({ lines: 2, seed: 7 }))).toBe('sim://extrusion?lines=2&seed=7');
  });

  it('name every parameter with a help text, once', () => {
    const names = SIM_PARAMETERS.map((parameter) => parameter.name);
    expect(new Set(names).size).toBe(names.length);
    const covered = new Set(SIM_PARAMETERS.map((parameter) => parameter.option));
    expect([...covered].toSorted()).toEqual(Object.keys(simOptions({})).toSorted());
  });

  it.each([
    ['sim://mill', 'found "sim://mill", expected a URI like sim://extrusion?'],
    ['sim://extrusion?lines=1?seed=2', 'expected a URI like'],
    ['sim://extrusion?line=4', 'found "line", expected one of lines, sensors, start'],
    ['sim://extrusion?lines=four', 'lines: found "four", expected a number'],
    ['sim://extrusion?lines=', 'lines: found "", expected a number'],
    ['sim://extrusion?start=monday', 'start: found "monday", expected ISO 8601'],
    [
      'sim://extrusion?hours=1&seconds=5',
      'seconds: found it set twice, expected hours or seconds once',
    ],
    ['sim://extrusion?seed=1&seed=1', 'seed: found it set twice'],
    ['sim://extrusion?gap_s=5', 'gap_s: found it without gaps, expected gaps above 0'],
    ['sim://extrusion?late=0&late_s=60', 'late_s: found it without late'],
    ['sim://extrusion?late=2', 'late: found 2, expected a number from 0 to 1'],
  ])('are refused: %s', (uri, message) => {
    expect(() => parseSimUri(uri)).toThrow(message);
  });

  it('say whether a simulation goes by the clock', () => {
    expect(isLiveSimUri('sim://extrusion?lines=2&live=true')).toBe(true);
    expect(isLiveSimUri('sim://extrusion?live=false')).toBe(false);
    expect(isLiveSimUri('sim://extrusion')).toBe(false);
    expect(() => isLiveSimUri('sim://extrusion?live=yes')).toThrow(
      'live: found "yes", expected true or false',
    );
    expect(() => isLiveSimUri('sim://extrusion?live=true&live=true')).toThrow(
      'live: found it set twice',
    );
    const nowMs = Date.UTC(2026, 10, 22);
    const { options, hasEnd } = parseLiveSimUri('sim://extrusion?lines=2&live=true', nowMs);
    expect(options).toMatchObject({ lines: 2, startMs: nowMs });
    expect([hasEnd, options.durationMs > 1e11]).toEqual([false, true]);
    const history = parseLiveSimUri('sim://extrusion?live=true&history_s=310.5', nowMs);
    expect(history.options.startMs).toBe(nowMs - 310_500);
    for (const [query, message] of [
      ['history_s=5&start=2026-01-05', 'history_s: found it beside start'],
      ['history_s=-1', 'history_s: found -1, expected a number from 0'],
      ['history_s=1&history_s=2', 'history_s: found it set twice'],
    ] as const) {
      expect(() => parseLiveSimUri(`sim://extrusion?live=true&${query}`, nowMs)).toThrow(message);
    }
    expect(parseLiveSimUri('sim://extrusion?seconds=9&live=true', nowMs)).toEqual({
      options: simOptions({ startMs: nowMs, durationMs: 9000 }),
      hasEnd: true,
    });
  });

  it('that go by the clock are refused where all is read at once', () => {
    expect(() => parseSimUri('sim://extrusion?live=true')).toThrow('is for windrow-stream');
    expect(parseSimUri('sim://extrusion?live=false')).toEqual(simOptions({}));
    expect(() => parseSimUri('sim://extrusion?history_s=5')).toThrow(
      'history_s: found it without live, expected live=true',
    );
  });

  it('leave checking to simOptions where parameters come from elsewhere', () => {
    expect(readSimParameters([['lines', '-3']], 'here')).toEqual({ lines: -3 });
  });
});
