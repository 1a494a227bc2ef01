/** Targets of the examples that are made of every window: which metric, for which lines. */
import { WindrowError, canonicalMetricId, found, type Definition } from '@windrow/core';
import type { ExportRequest } from '../dataset/export-request.ts';

/** When, seen from a window's end `e`, the target is taken. */
export interface Horizon {
  /** Not negative, a multiple of the resolution: the cell that starts at `e + horizonMs`. */
  readonly horizonMs: number;
  /** null: that cell, after the definition's fill; else the mean of the observed cells in `[e + horizon, e + horizon + span)`. */
  readonly spanMs: number | null;
}

export interface TargetSpec {
  readonly name: string;
  /** Metric of a definition's target, or null where this spec says nothing of its line. */
  readonly metricOf: (definition: Definition) => string | null;
}

const FORM =
  'NAME=METRIC_ID (the same for all lines), NAME=LINE_ID/METRIC_ID (given for each line), or NAME=input:N (the N-th input, from 0)';

/**
 * Targets as users write them; those with the same name belong together.
 * @throws WindrowError USAGE naming the one that is wrong, or the definition for which there is no metric
 */
export function parseTargets(
  texts: readonly string[],
  definitions: readonly Definition[],
): TargetSpec[] {
  const byName = new Map<string, ((definition: Definition) => string | null)[]>();
  for (const text of texts) {
    const [name, metricOf] = parseTarget(text);
    byName.set(name, [...(byName.get(name) ?? []), metricOf]);
  }
  const specs = Array.from(byName, ([name, rules]): TargetSpec => ({
    name,
    metricOf: (definition) => {
      for (const rule of rules) {
        const metricId = rule(definition);
        if (metricId !== null) return metricId;
      }
      return null;
    },
  }));
  for (const spec of specs) {
    const without = definitions.find((definition) => spec.metricOf(definition) === null);
    if (without === undefined) continue;
    throw new WindrowError(
      'USAGE',
      `--target ${spec.name}: found no metric for line ${without.lineId} (definition ${without.outputMetricId}), expected ${FORM}`,
    );
  }
  return specs;
}

function parseTarget(
  text: string,
): [name: string, metricOf: (definition: Definition) => string | null] {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  const what = text.slice(at + 1).trim();
  if (at < 1 || !/^[A-Za-z_][\w.-]*$/.test(name)) throw notTarget(text);
  const input = /^input:(\d{1,6})$/.exec(what)?.[1];
  if (input !== undefined)
    return [name, ({ inputMetricIds }) => inputMetricIds[Number(input)] ?? null];
  const slash = what.indexOf('/');
  const metricId = canonicalMetricId(what.slice(slash + 1).trim());
  if (metricId === null) throw notTarget(text);
  if (slash < 0) return [name, () => metricId];
  const lineId = canonicalMetricId(what.slice(0, slash).trim());
  if (lineId === null) throw notTarget(text);
  return [name, (definition) => (definition.lineId === lineId ? metricId : null)];
}

function notTarget(text: string): WindrowError {
  return new WindrowError('USAGE', `--target: found ${found(text)}, expected ${FORM}`);
}

/** Every metric that an export asks its source for, each once. @throws WindrowError USAGE for a target that is none */
export function metricsOf(
  definitions: readonly Definition[],
  examples: ExportRequest['examples'],
): string[] {
  const specs =
    examples.from === 'windows' ? parseTargets(examples.windows.targets, definitions) : [];
  return [
    ...new Set(
      definitions.flatMap((definition) => [
        ...definition.inputMetricIds,
        ...specs.map((spec) => spec.metricOf(definition)!),
      ]),
    ),
  ];
}

/**
 * Checks a horizon against the cells of the definitions.
 * @throws WindrowError USAGE
 */
export function checkHorizon({ horizonMs, spanMs }: Horizon, resolutionMs: number): void {
  for (const [option, ms] of [
    ['--horizon', horizonMs],
    ['--span', spanMs ?? resolutionMs],
  ] as const) {
    const least = option === '--horizon' ? 0 : resolutionMs;
    if (ms >= least && ms % resolutionMs === 0) continue;
    throw new WindrowError(
      'USAGE',
      `${option}: found ${ms / 1000} s, expected a multiple of the resolution (${resolutionMs / 1000} s), at least ${least / 1000} s`,
    );
  }
}
