import { describe, expect, it } from 'vitest';
import { lineKey } from '../../src/internal/line-key.ts';
import { EPISODE_S, KNOT_S, LinePhysics } from '../../src/internal/line-physics.ts';
import { sensorsOf } from '../../src/sensors.ts';

const START_S = Date.UTC(2026, 0, 5) / 1000;
const sensors = sensorsOf(25);

function readings(line: LinePhysics): number[] {
  return sensors.map((sensor) => sensor.read(line));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]): number => x.reduce((s, v) => s + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    ab += (x - ma) * (b[i]! - mb);
    aa += (x - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Mean absolute second difference of each sensor. */
class BendMeter {
  readonly #sums: Float64Array = new Float64Array(sensors.length);
  #count = 0;

  add(older: readonly number[], old: readonly number[], now: readonly number[]): void {
    this.#count++;
    for (const [i, value] of now.entries()) {
      this.#sums[i] = this.#sums[i]! + Math.abs(value - 2 * old[i]! + older[i]!);
    }
  }

  mean(sensor: number): number {
    return this.#sums[sensor]! / this.#count;
  }
}

describe('LinePhysics', () => {
  it('has the same state wherever it was started', () => {
    const running = new LinePhysics(lineKey(7, 0), 0);
    running.seek(START_S);
    while (running.timeS < START_S + 3 * EPISODE_S + 500) running.advance();
    const sought = new LinePhysics(lineKey(7, 0), 0);
    sought.seek(START_S + 3 * EPISODE_S + 507);
    expect(sought.timeS).toBe(running.timeS);
    expect(readings(sought)).toEqual(readings(running));
    expect(sought.burstPressureBar()).toBe(running.burstPressureBar());
  });

  it('does not depend on how many die zones are simulated', () => {
    const [few, many] = [0, 40].map((zones) => new LinePhysics(lineKey(7, 3), zones));
    few!.seek(START_S + 1234);
    many!.seek(START_S + 1234);
    expect(readings(many!)).toEqual(readings(few!));
    expect(new Set(many!.dieZonesC).size).toBe(40);
  });

  it('goes on smoothly where its state is computed anew', () => {
    // 24 lines, a day: at an hour's start the second differences are as small as elsewhere. Lags of up to five minutes
    // leave less than e^-12 of the hour before last.
    const inside = new BendMeter();
    const atHours = new BendMeter();
    for (let l = 0; l < 24; l++) {
      const line = new LinePhysics(lineKey(11, l), 0);
      line.seek(START_S);
      let older = readings(line);
      line.advance();
      let old = readings(line);
      while (line.timeS < START_S + 86_400) {
        line.advance();
        const now = readings(line);
        (line.timeS % EPISODE_S === 0 ? atHours : inside).add(older, old, now);
        [older, old] = [old, now];
      }
    }
    const jumping = sensors.filter((_, i) => atHours.mean(i) > 1.4 * inside.mean(i));
    expect(jumping.map((sensor) => sensor.name)).toEqual([]);
  });

  it('keeps every quantity in the range of a real line', () => {
    const ranges: Readonly<Record<string, readonly [number, number]>> = {
      'screw-speed': [40, 80],
      'melt-temperature': [190, 230],
      'melt-pressure': [120, 420],
      'motor-load': [40, 95],
      'line-speed': [4, 9],
      'wall-thickness': [4.2, 5.2],
      diameter: [62.8, 63.6],
      vacuum: [300, 340],
    };
    const least = new Float64Array(25).fill(Infinity);
    const most = new Float64Array(25).fill(-Infinity);
    for (let l = 0; l < 8; l++) {
      const line = new LinePhysics(lineKey(13, l), 0);
      line.seek(START_S);
      for (let knot = 0; knot < 8640; knot++, line.advance()) {
        for (const [i, sensor] of sensors.entries()) {
          const value = sensor.read(line);
          least[i] = Math.min(least[i]!, value);
          most[i] = Math.max(most[i]!, value);
        }
      }
    }
    const odd = sensors.filter((sensor, i) => {
      const [from, to] = ranges[sensor.name] ?? [5, 400];
      return least[i]! <= from || most[i]! >= to;
    });
    expect(odd.map((sensor) => sensor.name)).toEqual([]);
    const still = sensors.filter((s, i) => most[i]! - least[i]! < 3 * 10 ** -s.decimals);
    expect(still.map((sensor) => sensor.name)).toEqual([]);
  });

  it('shows at the gauge what left the die a transport delay before', () => {
    //  die   ....#####......     mass a metre = throughput / line speed
    //  gauge ..........#####     wall thickness, gauge distance / line speed later
    const line = new LinePhysics(lineKey(7, 0), 0);
    line.seek(START_S);
    const mass: number[] = [];
    const wall: number[] = [];
    let delayS = 0;
    for (let knot = 0; knot < 2160; knot++, line.advance()) {
      mass.push(line.throughputKgH / (60 * line.haulOffMMin));
      wall.push(line.wallMm);
      delayS += (60 * line.character.gaugeM) / line.haulOffMMin / 2160;
    }
    const lags = Array.from({ length: 20 }, (_, lag) =>
      correlation(mass.slice(0, -20), wall.slice(lag, lag + 2140)),
    );
    const best = lags.indexOf(Math.max(...lags));
    expect(Math.abs(best * KNOT_S - delayS)).toBeLessThanOrEqual(KNOT_S);
    expect(lags[best]!).toBeGreaterThan(0.95);
    expect(lags[0]!).toBeLessThan(lags[best]! - 0.1);
  });

  it('needs more pressure for stiffer melt and for a clogged screen', () => {
    const line = new LinePhysics(lineKey(7, 1), 0);
    line.seek(START_S);
    const rows: { flow: number; die: number; loss: number }[] = [];
    for (let knot = 0; knot < 8640; knot++, line.advance()) {
      const flow = line.throughputKgH * line.viscosity;
      rows.push({
        flow,
        die: line.afterScreenBar,
        loss: (line.beforeScreenBar - line.afterScreenBar) / line.afterScreenBar,
      });
    }
    const column = (of: (row: (typeof rows)[number]) => number): number[] => rows.map(of);
    expect(
      correlation(
        column((r) => r.flow),
        column((r) => r.die),
      ),
    ).toBeGreaterThan(0.8);
    // A clean screen takes its own share of the pressure, a full one several times that.
    const losses = column((r) => r.loss);
    expect(Math.max(...losses)).toBeGreaterThan(2 * Math.min(...losses));
  });
});
