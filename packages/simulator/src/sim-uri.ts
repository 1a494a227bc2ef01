/**
 * A simulation as a URI: `sim://extrusion?lines=4&hours=2&seed=7`. Every setting can be given; what is left out has its
 * default (see `SimOptions`), and what is unknown is an error. With `live=true` it goes by the clock (`LiveSimSource`), after
 * `history_s` that come at once.
 */
import { WindrowError, formatTime, found, parseTime } from '@windrow/core';
import { DURATION_MS_MAX, simOptions, type SimOptions } from './sim-options.ts';

/** How a setting is written in a URI (and as an option of windrow-simulate). */
interface SimParameter {
  readonly name: string;
  readonly option: keyof SimOptions;
  readonly read: (text: string, what: string) => number;
  readonly help: string;
}

/** The parameters, in the order in which a URI is formatted. */
export const SIM_PARAMETERS: readonly SimParameter[] = [
  { name: 'lines', option: 'lines', read: readNumber, help: 'production lines (4)' },
  { name: 'sensors', option: 'sensors', read: readNumber, help: 'sensors of each line (25)' },
  { name: 'start', option: 'startMs', read: parseTime, help: 'first moment (2026-01-05)' },
  { name: 'hours', option: 'durationMs', read: scaled(3_600_000), help: 'length in hours (2)' },
  { name: 'seconds', option: 'durationMs', read: scaled(1000), help: 'length in seconds instead' },
  { name: 'rate', option: 'rateHz', read: readNumber, help: 'samples a second of a sensor (1)' },
  { name: 'seed', option: 'seed', read: readNumber, help: 'seed, 0 to 4294967295 (1)' },
  { name: 'gaps', option: 'gaps', read: readNumber, help: 'share of time a sensor is silent (0)' },
  { name: 'gap_s', option: 'gapS', read: readNumber, help: 'mean length of a silence, s (30)' },
  {
    name: 'jitter_ms',
    option: 'jitterMs',
    read: readNumber,
    help: 'timestamps later by up to, ms (0)',
  },
  {
    name: 'disorder_s',
    option: 'disorderS',
    read: readNumber,
    help: 'arrivals later by up to, s (0)',
  },
  { name: 'late', option: 'late', read: readNumber, help: 'share of late samples (0)' },
  {
    name: 'late_s',
    option: 'lateS',
    read: readNumber,
    help: 'late by up to, at least half, s (120)',
  },
  {
    name: 'duplicates',
    option: 'duplicates',
    read: readNumber,
    help: 'share that arrives twice (0)',
  },
  { name: 'invalid', option: 'invalid', read: readNumber, help: 'share of NaN values (0)' },
];

const FORM = 'sim://extrusion?lines=4&hours=2&seed=7';
/** Not settings of what is simulated, but of when it is told: by the clock, and how much before that at once. */
const LIVE = 'live';
const HISTORY = 'history_s';
const HISTORY_S_MAX = 366 * 86_400;

/** A simulation whose samples come when their time has come. */
export interface LiveSimOptions {
  readonly options: SimOptions;
  /** It has a length of its own; others go on for longer than any process. */
  readonly hasEnd: boolean;
}

/** Whether a URI asks for a simulation by the clock. @throws WindrowError USAGE for `live` that is neither true nor false */
export function isLiveSimUri(uri: string): boolean {
  const [, query = ''] = uri.split('?');
  const [text = 'false', ...more] = new URLSearchParams(query).getAll(LIVE);
  if (more.length === 0 && (text === 'true' || text === 'false')) return text === 'true';
  const what = more.length === 0 ? found(text) : 'it set twice';
  throw usage(uri, `${LIVE}: found ${what}, expected true or false`);
}

/**
 * Reads the URI of a simulation that can be read at once.
 * @throws WindrowError USAGE, naming the parameter
 */
export function parseSimUri(uri: string): SimOptions {
  if (isLiveSimUri(uri)) {
    throw usage(
      uri,
      `found ${LIVE}=true, expected a simulation that can be read at once; one that goes by the clock is for windrow-stream`,
    );
  }
  const { settings, historyS } = readQuery(uri);
  if (historyS !== null) {
    throw usage(uri, `${HISTORY}: found it without ${LIVE}, expected ${LIVE}=true with it`);
  }
  return simOptions(settings);
}

/**
 * Reads the URI of a simulation by the clock.
 * @param nowMs from when on it goes by the clock, where the URI does not say when it begins
 * @throws WindrowError USAGE, naming the parameter
 */
export function parseLiveSimUri(uri: string, nowMs: number): LiveSimOptions {
  const { settings, historyS } = readQuery(uri);
  if (historyS !== null && settings.startMs !== undefined) {
    throw usage(uri, `${HISTORY}: found it beside start, expected one of them`);
  }
  const startMs = nowMs - Math.round((historyS ?? 0) * 1000);
  const hasEnd = settings.durationMs !== undefined;
  return { options: simOptions({ startMs, durationMs: DURATION_MS_MAX, ...settings }), hasEnd };
}

function readQuery(uri: string): {
  readonly settings: Partial<SimOptions>;
  /** null: not given. */
  readonly historyS: number | null;
} {
  const [head, query, ...rest] = uri.split('?');
  if (head !== 'sim://extrusion' || rest.length > 0) {
    throw new WindrowError('USAGE', `simulator: found ${found(uri)}, expected a URI like ${FORM}`);
  }
  const parameters = new URLSearchParams(query ?? '');
  const [history = null, ...more] = parameters.getAll(HISTORY);
  if (more.length > 0) throw usage(uri, `${HISTORY}: found it set twice`);
  const historyS = history === null ? null : readNumber(history, `${uri}: ${HISTORY}`);
  if (historyS !== null && !(historyS >= 0 && historyS <= HISTORY_S_MAX)) {
    throw usage(uri, `${HISTORY}: found ${history}, expected a number from 0 to ${HISTORY_S_MAX}`);
  }
  parameters.delete(LIVE);
  parameters.delete(HISTORY);
  return { settings: readSimParameters(parameters, uri), historyS };
}

function usage(uri: string, message: string): WindrowError {
  return new WindrowError('USAGE', `${uri}: ${message}`);
}

/**
 * Reads settings given by name, unchecked but for their form.
 * @param where names them in messages
 * @throws WindrowError USAGE
 */
export function readSimParameters(
  entries: Iterable<readonly [string, string]>,
  where: string,
): Partial<SimOptions> {
  const options: Partial<Record<keyof SimOptions, number>> = {};
  for (const [name, text] of entries) {
    const parameter = SIM_PARAMETERS.find((known) => known.name === name);
    if (parameter === undefined) {
      const names = SIM_PARAMETERS.map((known) => known.name).join(', ');
      throw new WindrowError('USAGE', `${where}: found ${found(name)}, expected one of ${names}`);
    }
    if (options[parameter.option] !== undefined) {
      const also = SIM_PARAMETERS.filter(({ option }) => option === parameter.option)
        .map((known) => known.name)
        .join(' or ');
      throw new WindrowError(
        'USAGE',
        `${where}: ${name}: found it set twice, expected ${also} once`,
      );
    }
    options[parameter.option] = parameter.read(text, `${where}: ${name}`);
  }
  for (const [length, share] of [
    ['gapS', 'gaps'],
    ['lateS', 'late'],
  ] as const) {
    if (options[length] === undefined || (options[share] ?? 0) > 0) continue;
    const { name } = SIM_PARAMETERS.find((known) => known.option === length)!;
    const message = `${where}: ${name}: found it without ${share}, expected ${share} above 0 with it`;
    throw new WindrowError('USAGE', message);
  }
  return options;
}

/** The URI of a simulation, with every setting that is not the default; `parseSimUri` gives the same options. */
export function formatSimUri(options: SimOptions): string {
  const defaults = simOptions({});
  const written = new Map<string, string>();
  for (const { name, option } of SIM_PARAMETERS) {
    if (name === 'hours' || options[option] === defaults[option]) continue;
    const value = options[option];
    if (option === 'startMs') written.set(name, formatTime(value));
    else written.set(name, String(name === 'seconds' ? value / 1000 : value));
  }
  const query = [...written].map(([name, text]) => `${name}=${text}`).join('&');
  return query === '' ? 'sim://extrusion' : `sim://extrusion?${query}`;
}

function readNumber(text: string, what: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) {
    throw new WindrowError('USAGE', `${what}: found ${found(text)}, expected a number`);
  }
  return value;
}

function scaled(factor: number): (text: string, what: string) => number {
  return (text, what) => Math.round(readNumber(text, what) * factor);
}
