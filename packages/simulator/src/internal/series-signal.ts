/**
 * What all sensors of all lines report at a tick: a straight line between two knots of the physics, plus noise, rounded to
 * the sensor's decimals. Column arithmetic over series; the value of a series at a tick does not depend on where reading
 * began, nor on the other lines.
 */
import { sensorsOf, dieZoneCount, type Sensor } from '../sensors.ts';
import { intervalMs, type SimOptions } from '../sim-options.ts';
import { derive } from './hash.ts';
import { lineKey } from './line-key.ts';
import { EPISODE_S, KNOT_S, LinePhysics } from './line-physics.ts';
import { STREAM } from './stream.ts';

/** Standard deviation of the sum of four independent bytes. */
const FOUR_BYTES: number = Math.sqrt((4 * (256 * 256 - 1)) / 12);
const GOLDEN = 0x9e3779b9;

export class SeriesSignal {
  /** Series: line by line, each with its sensors in order. */
  readonly count: number;
  readonly #intervalMs: number;
  readonly #sensors: readonly Sensor[];
  readonly #lines: readonly LinePhysics[];
  /** Value at the present knot, its increase per second, and the value at the next knot. */
  readonly #base: Float64Array;
  readonly #slope: Float64Array;
  readonly #next: Float64Array;
  /** Noise per unit of the sum of four bytes; and reported steps per unit. */
  readonly #gain: Float64Array;
  readonly #steps: Float64Array;
  /** Keys of the noise: for all time, and for the present episode. */
  readonly #keys: Int32Array;
  readonly #episodeKeys: Int32Array;
  #knot = Number.NaN;
  #episode = Number.NaN;

  constructor(options: SimOptions) {
    const sensors = sensorsOf(options.sensors);
    const dieZones = dieZoneCount(options.sensors);
    const keys = Array.from({ length: options.lines }, (_, line) => lineKey(options.seed, line));
    this.count = options.lines * sensors.length;
    this.#intervalMs = intervalMs(options);
    this.#sensors = sensors;
    this.#lines = keys.map((key) => new LinePhysics(key, dieZones));
    this.#base = new Float64Array(this.count);
    this.#slope = new Float64Array(this.count);
    this.#next = new Float64Array(this.count);
    this.#gain = this.#perSeries((sensor) => sensor.noise / FOUR_BYTES);
    this.#steps = this.#perSeries((sensor) => 10 ** sensor.decimals);
    this.#episodeKeys = new Int32Array(this.count);
    this.#keys = Int32Array.from({ length: this.count }, (_, series) => {
      const line = Math.floor(series / sensors.length);
      return derive(derive(keys[line]!, STREAM.sensorNoise), series % sensors.length);
    });
  }

  /** Writes the values of all series at a tick to `out[at .. at + count)`. Fastest in ascending order of ticks. */
  valuesAt(tick: number, out: Float64Array, at: number): void {
    const timeMs = tick * this.#intervalMs;
    const knot = Math.floor(timeMs / (KNOT_S * 1000));
    if (knot !== this.#knot) this.#moveTo(knot);
    this.#fill(timeMs / 1000 - knot * KNOT_S, Math.imul(tick, GOLDEN), out, at);
  }

  #fill(sinceKnotS: number, tickWord: number, out: Float64Array, at: number): void {
    const { count } = this;
    const base = this.#base;
    const slope = this.#slope;
    const gain = this.#gain;
    const steps = this.#steps;
    const keys = this.#episodeKeys;
    for (let i = 0; i < count; i++) {
      // mix32, by hand: the noise must not cost a call.
      let h = keys[i]! + tickWord;
      h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
      h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
      h ^= h >>> 15;
      const bytes = (h & 0xff) + ((h >>> 8) & 0xff) + ((h >>> 16) & 0xff) + (h >>> 24) - 510;
      const value = base[i]! + slope[i]! * sinceKnotS + bytes * gain[i]!;
      out[at + i] = Math.floor(value * steps[i]! + 0.5) / steps[i]!;
    }
  }

  #moveTo(knot: number): void {
    if (knot === this.#knot + 1) this.#base.set(this.#next);
    else this.#seek(knot);
    for (const line of this.#lines) line.advance();
    this.#read(this.#next);
    for (let i = 0; i < this.count; i++)
      this.#slope[i] = (this.#next[i]! - this.#base[i]!) / KNOT_S;
    this.#knot = knot;
    const episode = Math.floor((knot * KNOT_S) / EPISODE_S);
    if (episode === this.#episode) return;
    this.#episode = episode;
    for (let i = 0; i < this.count; i++) this.#episodeKeys[i] = derive(this.#keys[i]!, episode);
  }

  #seek(knot: number): void {
    // Past the next knot the lines may simply run on, unless that is longer than to start a new episode.
    const run = knot > this.#knot && knot - this.#knot < EPISODE_S / KNOT_S;
    for (const line of this.#lines) {
      if (run) while (line.timeS < knot * KNOT_S) line.advance();
      else line.seek(knot * KNOT_S);
    }
    this.#read(this.#base);
  }

  #read(out: Float64Array): void {
    let at = 0;
    for (const line of this.#lines) {
      for (const sensor of this.#sensors) out[at++] = sensor.read(line);
    }
  }

  #perSeries(of: (sensor: Sensor) => number): Float64Array {
    return Float64Array.from({ length: this.count }, (_, series) =>
      of(this.#sensors[series % this.#sensors.length]!),
    );
  }
}
