/**
 * Definitions as files hold them: the shape, the checks, and the errors that name file, entry, field, what was found
 * and what is expected.
 *
 * The ten fields that existing deployments write are required, the others optional. Nothing is guessed: an unknown
 * field is an error, since a misspelt option would otherwise do nothing.
 */
import * as z from 'zod';
import { AGGREGATES, LAYOUTS, type Definition, type Fill, type Layout } from './definition.ts';
import { WindrowError, found } from './errors.ts';
import { canonicalMetricId } from './metric-id.ts';

const DEFAULT_RESOLUTION_S = 1;
const DEFAULT_FILL_S = 60;
/** Limits on what a file may ask for: more cells for one definition is a slip of units, not a model's input. */
const CELLS_MAX = 1 << 26;
const INPUTS_MAX = 65_536;
const DURATION_S_MAX = 10 * 366 * 86_400;
/** Offsets within a cell are int32 milliseconds. */
const RESOLUTION_S_MAX = 2_147_483;

const uuid = z
  .string('a UUID')
  .refine((text) => canonicalMetricId(text) !== null, 'a UUID (8-4-4-4-12 hexadecimal digits)');

const durationRule = 'seconds, at most ten years, in whole milliseconds';
function isDuration(s: number): boolean {
  return s <= DURATION_S_MAX && Math.abs(Math.round(s * 1000) / 1000 - s) < 1e-9;
}
const positiveSeconds = z
  .number(`a positive number of ${durationRule}`)
  .refine((s) => s > 0 && isDuration(s), `a positive number of ${durationRule}`);
const anySeconds = z
  .number(`zero or a positive number of ${durationRule}`)
  .refine((s) => s >= 0 && isDuration(s), `zero or a positive number of ${durationRule}`);

const fill = z.discriminatedUnion(
  'method',
  [
    z.strictObject({ method: z.literal('last'), max_age_s: anySeconds.optional() }),
    z.strictObject({ method: z.literal('linear'), max_gap_s: anySeconds.optional() }),
    z.strictObject({ method: z.literal('constant'), value: z.number('a finite number') }),
    z.strictObject({ method: z.literal('none') }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'one of "last", "linear", "constant", "none"'
        : 'an object with a method: "last", "linear", "constant" or "none"',
  },
);

const versionRule = 'null (the newest) or a positive integer';
const name = z.string('text, not empty').min(1, 'text, not empty');

const entryShape = z.strictObject({
  input_metric_ids: z
    .array(uuid, 'a list of metric ids')
    .min(1, 'at least one metric id')
    .max(INPUTS_MAX, `at most ${INPUTS_MAX} metric ids`),
  window_size_s: positiveSeconds,
  step_size_s: positiveSeconds,
  line_id: uuid,
  model_identifier: name.refine(
    (text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..',
    'the name of a folder in the model store (no slash)',
  ),
  model_version: z.union(
    [
      z.null(),
      z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
      z.string(versionRule).regex(/^[1-9]\d{0,14}$/, versionRule),
    ],
    versionRule,
  ),
  output_metric_id: uuid,
  output_device_id: uuid,
  output_machine_id: uuid,
  output_metric_name: z.string('text'),
  resolution_s: positiveSeconds
    .max(RESOLUTION_S_MAX, `at most ${RESOLUTION_S_MAX} seconds (24 days)`)
    .optional(),
  aggregate: z.enum(AGGREGATES, `one of ${AGGREGATES.map((a) => `"${a}"`).join(', ')}`).optional(),
  fill: fill.optional(),
  allow_missing: z.boolean('true or false').optional(),
  min_coverage: z
    .number('a share between 0 and 1')
    .min(0, 'a share between 0 and 1')
    .max(1, 'a share between 0 and 1')
    .optional(),
  allowed_lateness_s: anySeconds.optional(),
  layout: z.enum(LAYOUTS, `one of ${LAYOUTS.map((l) => `"${l}"`).join(', ')}`).optional(),
  input_name: name.optional(),
  output_name: name.optional(),
});

type Entry = z.infer<typeof entryShape>;

/** One entry as a parser of JSON, YAML or NDJSON gave it, and how to name it in a message (`entry 3`, `line 7`). */
export interface RawEntry {
  readonly value: unknown;
  readonly where: string;
}

/** What is wrong with one field of one entry. */
interface Fault {
  readonly where: string;
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * Checks the entries of a definitions file as a whole and returns them in order.
 * @param file named in messages
 * @throws WindrowError DEFINITION with every fault found, a line each
 */
export function checkDefinitions(entries: readonly RawEntry[], file: string): Definition[] {
  const faults: Fault[] = [];
  const definitions: Definition[] = [];
  const whereByOutput = new Map<string, string>();
  if (entries.length === 0) {
    throw new WindrowError('DEFINITION', `${file}: found no definition, expected at least one`);
  }
  for (const { value, where } of entries) {
    const parsed = entryShape.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) faults.push(...faultsOf(issue, value, where));
      continue;
    }
    faults.push(...faultsOfSizes(parsed.data, where));
    const definition = normalise(parsed.data);
    const before = whereByOutput.get(definition.outputMetricId);
    if (before !== undefined) {
      faults.push({
        where,
        field: 'output_metric_id',
        found: `${definition.outputMetricId}, which ${before} has too`,
        expected: 'an id that no other definition writes',
      });
    }
    whereByOutput.set(definition.outputMetricId, where);
    definitions.push(definition);
  }
  if (faults.length > 0) {
    const lines = faults.map(
      (f) => `${file}: ${f.where}: ${f.field}: found ${f.found}, expected ${f.expected}`,
    );
    throw new WindrowError('DEFINITION', lines.join('\n'));
  }
  return definitions;
}

function faultsOf(issue: z.core.$ZodIssue, value: unknown, where: string): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      where,
      field: [...issue.path, key].join('.'),
      found: 'a field that is not known here',
      expected: expectedKey(key, issue.path, at(value, issue.path)),
    }));
  }
  const actual = at(value, issue.path);
  return [
    {
      where,
      field: issue.path.length === 0 ? 'definition' : fieldName(issue.path),
      found: found(actual),
      expected:
        issue.path.length === 0 ? 'an object with the fields of a definition' : issue.message,
    },
  ];
}

/** `input_metric_ids[3]`, `fill.method`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

const fillKeys: Readonly<Record<string, readonly string[]>> = {
  last: ['method', 'max_age_s'],
  linear: ['method', 'max_gap_s'],
  constant: ['method', 'value'],
  none: ['method'],
};

function expectedKey(key: string, path: readonly PropertyKey[], parent: unknown): string {
  if (path[0] === 'fill') {
    const method = (parent as { method: string }).method;
    return `only ${(fillKeys[method] ?? ['method']).join(', ')} for the fill method "${method}"`;
  }
  const near = Object.keys(entryShape.shape).find((known) => isNear(known, key));
  return near === undefined ? 'no such field' : `perhaps ${near}`;
}

/** Equal but for two letters, in this order: enough to tell a slip of the pen. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let back = 0;
  while (back < Math.min(a.length, b.length) - from && a.at(-1 - back) === b.at(-1 - back)) back++;
  return Math.max(a.length, b.length) - from - back <= 2;
}

function faultsOfSizes(entry: Entry, where: string): Fault[] {
  const resolution = entry.resolution_s ?? DEFAULT_RESOLUTION_S;
  const faults: Fault[] = [];
  for (const field of ['window_size_s', 'step_size_s'] as const) {
    if (milliseconds(entry[field]) % milliseconds(resolution) === 0) continue;
    faults.push({
      where,
      field,
      found: String(entry[field]),
      expected: `a multiple of resolution_s (${resolution}${entry.resolution_s === undefined ? ', the default' : ''})`,
    });
  }
  const inputs = entry.input_metric_ids.length;
  const kept = [
    ['window_size_s', entry.window_size_s],
    ['fill.max_age_s', entry.fill?.method === 'last' ? (entry.fill.max_age_s ?? 0) : 0],
    ['allowed_lateness_s', entry.allowed_lateness_s ?? 0],
  ] as const;
  let seconds = 0;
  for (const [field, more] of kept) {
    seconds += more;
    const cells = Math.ceil(seconds / resolution) * inputs;
    if (cells <= CELLS_MAX) continue;
    faults.push({
      where,
      field,
      found: `${more} s, so that ${seconds} s of ${inputs} inputs at ${resolution} s are kept: ${cells} cells`,
      expected: `at most ${CELLS_MAX} cells (12 bytes each)`,
    });
    break;
  }
  return faults;
}

function milliseconds(s: number): number {
  return Math.round(s * 1000);
}

function canonical(id: string): string {
  return canonicalMetricId(id) ?? id;
}

function normalise(entry: Entry): Definition {
  const resolutionMs = milliseconds(entry.resolution_s ?? DEFAULT_RESOLUTION_S);
  return {
    inputMetricIds: entry.input_metric_ids.map(canonical),
    windowMs: milliseconds(entry.window_size_s),
    stepMs: milliseconds(entry.step_size_s),
    resolutionMs,
    lineId: canonical(entry.line_id),
    modelIdentifier: entry.model_identifier,
    modelVersion: entry.model_version === null ? null : Number(entry.model_version),
    outputMetricId: canonical(entry.output_metric_id),
    outputDeviceId: canonical(entry.output_device_id),
    outputMachineId: canonical(entry.output_machine_id),
    outputMetricName: entry.output_metric_name,
    aggregate: entry.aggregate ?? 'last',
    fill: normaliseFill(entry.fill ?? { method: 'last' }, resolutionMs),
    allowMissing: entry.allow_missing ?? false,
    minCoverage: entry.min_coverage ?? 0,
    allowedLatenessMs: milliseconds(entry.allowed_lateness_s ?? 0),
    layout: entry.layout ?? ('channel_major' satisfies Layout),
    inputName: entry.input_name ?? null,
    outputName: entry.output_name ?? null,
  };
}

function normaliseFill(asked: NonNullable<Entry['fill']>, resolutionMs: number): Fill {
  const reachMs = Math.max(DEFAULT_FILL_S * 1000, resolutionMs);
  switch (asked.method) {
    case 'last':
      return {
        method: 'last',
        maxAgeMs: asked.max_age_s === undefined ? reachMs : milliseconds(asked.max_age_s),
      };
    case 'linear':
      return {
        method: 'linear',
        maxGapMs: asked.max_gap_s === undefined ? reachMs : milliseconds(asked.max_gap_s),
      };
    case 'constant':
      return { method: 'constant', value: asked.value };
    case 'none':
      return { method: 'none' };
  }
}
