/** What a model's custom metadata says it was trained on, against what a definition gives it. */
import { canonicalMetricId, found, type Definition } from '@windrow/core';
import type { Fault } from './fault.ts';

/**
 * Checks the keys that are there; others are not Windrow's.
 * @param windowFaults takes what is wrong with `window_size_s`: no fault for a model that takes any number of cells
 */
export function checkMetadata(
  definition: Definition,
  metadata: ReadonlyMap<string, string>,
  faults: Fault[],
  windowFaults: Fault[],
): void {
  const ids = metadata.get('input_metric_ids');
  if (ids !== undefined) checkIds(definition.inputMetricIds, ids, faults);
  const { inputMetricIds, windowMs, resolutionMs } = definition;
  checkNumber(metadata, 'input_count', 'input_metric_ids', inputMetricIds.length, faults);
  checkNumber(metadata, 'window_size_s', 'window_size_s', windowMs / 1000, windowFaults);
  checkNumber(metadata, 'resolution_s', 'resolution_s', resolutionMs / 1000, faults);
  checkRange(metadata, faults);
  const layout = metadata.get('layout');
  const expected = definition.layout === 'channel_major' ? 'NCT' : 'NTC';
  if (layout !== undefined && layout !== expected) {
    faults.push({
      field: 'metadata layout',
      found: found(layout),
      expected: `"${expected}", as layout is "${definition.layout}"`,
      remedy: 'set layout to what the model was trained on: NCT is channel_major, NTC time_major',
    });
  }
}

function checkNumber(
  metadata: ReadonlyMap<string, string>,
  key: string,
  definitionField: string,
  expected: number,
  faults: Fault[],
): void {
  const text = metadata.get(key);
  if (text === undefined) return;
  if (text.trim() !== '' && Math.abs(Number(text) - expected) < 1e-9 * Math.abs(expected)) return;
  faults.push({
    field: `metadata ${key}`,
    found: found(text),
    expected: `${expected}, as ${definitionField} says`,
    remedy: `${definitionField} is not what the model was trained on: correct the definition, or name another model`,
  });
}

/** When the data were made that the model was trained on: [training_start_ms, training_end_ms), both there or neither. */
function checkRange(metadata: ReadonlyMap<string, string>, faults: Fault[]): void {
  const texts = ['training_start_ms', 'training_end_ms'].map((key) => metadata.get(key));
  if (texts.every((text) => text === undefined)) return;
  const [start, end] = texts.map((text) =>
    /^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN,
  );
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start! < end!) return;
  faults.push({
    field: 'metadata training_start_ms, training_end_ms',
    found: texts.map((text) => found(text)).join(' and '),
    expected: 'two integers in milliseconds since 1970, the first less than the second',
    remedy: 'write both when the model is exported, or leave both out',
  });
}

function checkIds(expected: readonly string[], text: string, faults: Fault[]): void {
  const ids = parseIds(text);
  if (ids === null) {
    faults.push({
      field: 'metadata input_metric_ids',
      found: found(text),
      expected: 'a JSON array of metric ids (UUIDs)',
      remedy: 'write it so when the model is exported, or leave it out',
    });
    return;
  }
  let first = 0;
  while (first < ids.length && first < expected.length && ids[first] === expected[first]) first++;
  if (first === ids.length && first === expected.length) return;
  if (ids.length !== expected.length) {
    faults.push({
      field: 'metadata input_metric_ids',
      found: `${ids.length} ids`,
      expected: `${expected.length}, as input_metric_ids has`,
      remedy: 'give the model the inputs that it was trained on, in that order',
    });
    return;
  }
  const known = new Set(ids);
  const isReordered = expected.every((id) => known.has(id));
  faults.push({
    field: `metadata input_metric_ids[${first}]`,
    found: ids[first]!,
    expected: `${expected[first]!}, as input_metric_ids[${first}] says`,
    remedy: isReordered
      ? 'the ids are the same in another order: put input_metric_ids in the order of the model'
      : 'give the model the inputs that it was trained on, in that order',
  });
}

/** Canonical ids, or null where the text is no JSON array of UUIDs. */
function parseIds(text: string): string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const ids: string[] = [];
  for (const item of value) {
    const id = typeof item === 'string' ? canonicalMetricId(item) : null;
    if (id === null) return null;
    ids.push(id);
  }
  return ids;
}
