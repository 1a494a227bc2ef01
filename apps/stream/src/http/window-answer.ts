/** A window as it is now, as JSON or as an Arrow stream with the canonical tensor type. */
import { windowCells, type Definition } from '@windrow/core';
import { tensorRecordBatch, tensorSchema, type WindowInspection } from '@windrow/windowing';
import { RecordBatchStreamWriter } from 'apache-arrow';
import { json, problem, type Answer } from './answer.ts';
import { snakeCased } from './snake-cased.ts';

const ARROW = 'application/vnd.apache.arrow.stream';
const JSON_TYPE = 'application/json';

/** @param accept the header; JSON where it allows both */
export function windowAnswer(
  definition: Definition,
  window: WindowInspection,
  accept: string,
): Answer {
  const types = accept.split(',').map((type) => type.split(';')[0]!.trim().toLowerCase());
  const allows = (type: string): boolean =>
    types.some((one) => one === type || one === '*/*' || one === 'application/*');
  if (allows(JSON_TYPE)) return json(windowJson(definition, window));
  if (types.includes(ARROW)) return { status: 200, type: ARROW, body: arrowOf(definition, window) };
  return problem(406, `found Accept: ${accept}, expected ${JSON_TYPE} or ${ARROW}`);
}

function windowJson(definition: Definition, window: WindowInspection): object {
  const { tensor, observed, ageCells, sampleCounts, ...rest } = window;
  return snakeCased({
    outputMetricId: definition.outputMetricId,
    inputMetricIds: definition.inputMetricIds,
    layout: definition.layout,
    resolutionMs: definition.resolutionMs,
    cells: windowCells(definition),
    ...rest,
    // Missing cells are null.
    tensor: Array.from(tensor),
    observed: Array.from(observed),
    ageCells: Array.from(ageCells),
    sampleCounts: sampleCounts === null ? null : Array.from(sampleCounts),
  });
}

function arrowOf(definition: Definition, { windowEndMs, tensor }: WindowInspection): Uint8Array {
  const schema = tensorSchema(definition, 'float64');
  const columns = { length: 1, windowEndsMs: Float64Array.of(windowEndMs), tensors: tensor };
  return RecordBatchStreamWriter.writeAll([
    tensorRecordBatch(schema, definition, columns),
  ]).toUint8Array(true);
}
