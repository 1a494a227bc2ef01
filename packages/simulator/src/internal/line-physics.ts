/**
 * One extruder making pipe: what is true of it, every ten seconds, before any sensor looks.
 *
 *     operator, material, hall -> screw, barrel -> melt temperature -> viscosity -> pressure, motor
 *                                       screw, feed -> throughput -> (/ haul-off, transport delay) -> wall, diameter
 *
 * Every lag is an implicit Euler step, and everything else is addition, multiplication, division and square root:
 * operations that IEEE 754 defines to the last bit, so that all machines compute the same bytes.
 *
 * A line can start at any hour: its state there is that of a line that has run the hour before from rest (the slowest
 * lag is 5 minutes, so the hour before that one is forgotten). Between hours the state is carried on.
 */
import { derive, signed } from './hash.ts';
import { Disturbances } from './disturbances.ts';
import { History } from './history.ts';
import { BARREL_ZONES, lineCharacter, type LineCharacter } from './line-character.ts';
import { operatingPointAt, screenClogAt, type OperatingPoint } from './operating-point.ts';
import { STREAM } from './stream.ts';
import { valueNoise } from './value-noise.ts';

/** Seconds between two knots; sensors read a straight line between them. */
export const KNOT_S = 10;
/** Seconds after which a line's state is computed anew; see above. */
export const EPISODE_S = 3600;
/** A product's quality depends on this many knots before it: five minutes. */
const QUALITY_KNOTS = 30;

/** Barrel setpoints relative to the line's, from the feed to the adapter, degC. */
const PROFILE_C: readonly number[] = [-25, -15, -8, -3, 0, 2, 3, 3];
/** How much the screw's friction heats each zone, degC per relative excess of speed. */
const FRICTION_C: readonly number[] = [0, 2, 5, 9, 12, 12, 10, 8];
const REFERENCE_C = 195;
const PIPE_M = 0.0632;
const WALL_M = 0.0047;
const MELT_KG_M3 = 950;
/** Mass of a metre of the reference pipe, kg. */
const PIPE_KG_M: number = Math.PI * (PIPE_M - WALL_M) * WALL_M * MELT_KG_M3;
const HISTORY_KNOTS = 64;

/** Where a first-order lag stands one knot later. */
function lag(state: number, target: number, lagS: number): number {
  return state + (target - state) * (KNOT_S / (KNOT_S + lagS));
}

/** The true state of one line; fields are in the units of the sensors that read them. */
export class LinePhysics {
  readonly character: LineCharacter;
  readonly barrelC: Float64Array = new Float64Array(BARREL_ZONES);
  /** Further zones of the die, as many as asked for. */
  readonly dieZonesC: Float64Array;
  readonly outside: Disturbances;
  barrelSetpointC = 0;
  screwRpm = 0;
  meltC = 0;
  dieC = 0;
  dieLipC = 0;
  /** Viscosity of the melt relative to the reference. */
  viscosity = 1;
  feedKgH = 0;
  throughputKgH = 0;
  beforeScreenBar = 0;
  afterScreenBar = 0;
  motorLoadPercent = 0;
  motorAmpere = 0;
  haulOffMMin = 0;
  waterOutC = 0;
  /** At the gauges, that is, of the pipe that left the die a minute or two ago. */
  wallMm = 0;
  diameterMm = 0;
  #knot = 0;
  readonly #lineKey: number;
  readonly #point: OperatingPoint = { speed: 1, barrelC: 0, wall: 1 };
  readonly #massKgM: History = new History(HISTORY_KNOTS);
  readonly #burstBar: History = new History(QUALITY_KNOTS + 2);
  readonly #unrest: History = new History(QUALITY_KNOTS + 2);

  /** @param dieZones how many die zones to simulate; the rest of the line does not depend on it */
  constructor(lineKey: number, dieZones: number) {
    this.#lineKey = lineKey;
    this.character = lineCharacter(lineKey);
    this.outside = new Disturbances(lineKey);
    this.dieZonesC = new Float64Array(dieZones);
  }

  /** Seconds since the epoch of the present state, a multiple of KNOT_S. */
  get timeS(): number {
    return this.#knot * KNOT_S;
  }

  /** Goes to the last knot at or before `timeS`. */
  seek(timeS: number): void {
    const knot = Math.floor(timeS / KNOT_S);
    this.#startEpisode(Math.floor(timeS / EPISODE_S));
    while (this.#knot < knot) this.advance();
  }

  /** Goes one knot further. */
  advance(): void {
    const knot = this.#knot + 1;
    if ((knot * KNOT_S) % EPISODE_S === 0) this.#startEpisode((knot * KNOT_S) / EPISODE_S);
    else this.#step(knot);
  }

  /**
   * Burst pressure in bar of the pipe that leaves the die now: the mean over the last five minutes of what wall, melt
   * temperature, residence time and cooling allow, less what unsteady pressure costs.
   */
  burstPressureBar(): number {
    const steady = this.#burstBar.mean(QUALITY_KNOTS);
    return steady * (1 - 2.2 * Math.sqrt(this.#unrest.mean(QUALITY_KNOTS)));
  }

  #startEpisode(episode: number): void {
    const knots = EPISODE_S / KNOT_S;
    this.#rest((episode - 1) * knots);
    for (let knot = this.#knot + 1; knot <= episode * knots; knot++) this.#step(knot);
  }

  /** Every lag at its target: where a warm-up starts. */
  #rest(knot: number): void {
    this.#knot = knot;
    this.#readOutside();
    const { character } = this;
    this.screwRpm = character.screwRpm * this.#point.speed;
    for (let zone = 0; zone < BARREL_ZONES; zone++) {
      this.barrelC[zone] = this.barrelSetpointC + PROFILE_C[zone]!;
    }
    this.meltC = this.barrelSetpointC + 14;
    this.dieC = this.barrelSetpointC + 5;
    this.dieLipC = this.dieC;
    this.dieZonesC.fill(this.dieC);
    this.viscosity = this.outside.batch;
    this.beforeScreenBar = character.dieBar + character.screenBar;
    this.feedKgH = character.kgHPerRpm * this.screwRpm;
    this.throughputKgH = this.feedKgH;
    this.haulOffMMin = this.#haulOffSetpoint();
    this.waterOutC = this.outside.waterInC + 9;
    this.#massKgM.fill(PIPE_KG_M * this.#point.wall);
    this.#measurePipe();
    this.#burstBar.fill(0);
    this.#unrest.fill(0);
  }

  #step(knot: number): void {
    this.#knot = knot;
    this.#readOutside();
    this.screwRpm = lag(this.screwRpm, this.character.screwRpm * this.#point.speed, 40);
    this.#heat();
    this.#melt();
    this.#convey();
    this.#press();
    this.#drive();
    this.haulOffMMin = lag(this.haulOffMMin, this.#haulOffSetpoint(), 12);
    this.#massKgM.push(this.throughputKgH / (60 * this.haulOffMMin));
    this.#cool();
    this.#measurePipe();
    this.#judge();
  }

  #readOutside(): void {
    const tS = this.timeS;
    operatingPointAt(derive(this.#lineKey, STREAM.operatingPoint), tS, this.#point);
    this.outside.at(tS);
    this.barrelSetpointC = this.character.barrelC + this.#point.barrelC;
  }

  #heat(): void {
    const { barrelC } = this;
    const { zoneLagS, screwRpm } = this.character;
    const key = derive(this.#lineKey, STREAM.heaters);
    const excess = this.screwRpm / screwRpm - 1;
    const hall = 0.12 * (this.outside.hallC - 22);
    for (let zone = 0; zone < BARREL_ZONES; zone++) {
      const setpoint = this.barrelSetpointC + PROFILE_C[zone]!;
      const upstream =
        zone === 0 ? 0 : barrelC[zone - 1]! - this.barrelSetpointC - PROFILE_C[zone - 1]!;
      const heater = 1.2 * valueNoise(derive(key, zone), this.timeS, 420);
      const target = setpoint + FRICTION_C[zone]! * excess + hall + heater + 0.2 * upstream;
      barrelC[zone] = lag(barrelC[zone]!, target, zoneLagS[zone]!);
    }
    this.#heatDie();
  }

  #heatDie(): void {
    const { dieZonesC, timeS } = this;
    const key = derive(this.#lineKey, STREAM.dieZones);
    const setpoint = this.barrelSetpointC + 5 + 0.1 * (this.meltC - REFERENCE_C - 14);
    this.dieC = lag(this.dieC, setpoint + 0.8 * valueNoise(derive(key, 0), timeS, 500), 180);
    this.dieLipC = lag(this.dieLipC, this.dieC + valueNoise(derive(key, 1), timeS, 300), 120);
    for (let zone = 0; zone < dieZonesC.length; zone++) {
      const offset = 2 * signed(derive(key, 1000 + zone));
      const heater = valueNoise(derive(key, 2 + zone), timeS, 400);
      dieZonesC[zone] = lag(dieZonesC[zone]!, setpoint + offset + heater, 180);
    }
  }

  #melt(): void {
    const { barrelC, character } = this;
    const late = 0.15 * barrelC[4]! + 0.2 * barrelC[5]! + 0.3 * barrelC[6]! + 0.35 * barrelC[7]!;
    const friction = 12 * this.viscosity * (this.screwRpm / character.screwRpm);
    this.meltC = lag(this.meltC, late + friction, 45);
    const warm = this.meltC - REFERENCE_C - 14;
    const thinned = Math.sqrt(character.screwRpm / this.screwRpm);
    const hot = 1 - 0.011 * warm + 0.00006 * warm * warm;
    this.viscosity = this.outside.batch * hot * thinned;
  }

  #convey(): void {
    const { character, outside } = this;
    const reference = character.dieBar + character.screenBar;
    const backflow = 1 - 0.06 * (this.beforeScreenBar / reference - 1);
    const feed = character.kgHPerRpm * this.screwRpm * outside.bulk * (1 + 0.4 * outside.surge);
    this.feedKgH = lag(this.feedKgH, feed * backflow, 5);
    this.throughputKgH = lag(this.throughputKgH, this.feedKgH, 20);
  }

  #press(): void {
    const { character } = this;
    const flow = this.throughputKgH / (character.kgHPerRpm * character.screwRpm);
    const clog = screenClogAt(derive(this.#lineKey, STREAM.screenPack), this.timeS);
    const flowing = flow * this.viscosity * (1 + this.outside.surge);
    this.afterScreenBar = character.dieBar * flowing;
    this.beforeScreenBar = this.afterScreenBar + character.screenBar * flowing * (1 + 2 * clog);
  }

  #drive(): void {
    const { character } = this;
    const speed = this.screwRpm / character.screwRpm;
    const pressure = this.beforeScreenBar / (character.dieBar + character.screenBar);
    const torque = 0.2 + 0.62 * this.viscosity * Math.sqrt(speed) + 0.18 * pressure;
    this.motorLoadPercent = 64 * torque;
    this.motorAmpere = 24 + 186 * torque * (0.85 + 0.15 * speed);
  }

  /** m/min that give the wall that the operator wants, if the screw delivered what it should. */
  #haulOffSetpoint(): number {
    const kgH = this.character.kgHPerRpm * this.screwRpm;
    return (kgH / (60 * PIPE_KG_M * this.#point.wall)) * (1 + this.outside.haulOff);
  }

  #cool(): void {
    const heat = (this.throughputKgH / 312) * ((this.meltC - 40) / 169);
    this.waterOutC = lag(this.waterOutC, this.outside.waterInC + 9 * heat, 60);
  }

  #measurePipe(): void {
    const delayS = (60 * this.character.gaugeM) / this.haulOffMMin;
    const back = Math.min(delayS / KNOT_S, HISTORY_KNOTS - 2);
    const thick = this.#massKgM.ago(back) / PIPE_KG_M;
    this.wallMm = 1000 * WALL_M * thick;
    const tank = -0.002 * (320 - this.outside.vacuumMbar) - 0.015 * (this.outside.waterInC - 13);
    this.diameterMm = 1000 * PIPE_M * (1 + 0.02 * (thick - 1)) + tank;
  }

  #judge(): void {
    const { character } = this;
    const thick = this.#massKgM.ago(0) / PIPE_KG_M;
    const warm = (this.meltC - REFERENCE_C - 15) / 10;
    const nominal = character.kgHPerRpm * character.screwRpm;
    const stay = nominal / this.throughputKgH - 1;
    const cooling = this.waterOutC - 22;
    const strength =
      1 - 0.05 * warm * warm + 0.012 * warm - 0.28 * warm * stay - 0.1 * stay - 0.004 * cooling;
    this.#burstBar.push(62 * thick * strength * (1 + 0.12 * (this.outside.batch - 1)));
    this.#unrest.push(this.outside.surge * this.outside.surge);
  }
}
