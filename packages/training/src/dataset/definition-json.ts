/** A definition as a definitions file would hold it, with every default written out. */
import type { Definition, Fill } from '@windrow/core';

export function definitionJson(definition: Definition): Readonly<Record<string, unknown>> {
  return {
    input_metric_ids: definition.inputMetricIds,
    window_size_s: definition.windowMs / 1000,
    step_size_s: definition.stepMs / 1000,
    line_id: definition.lineId,
    model_identifier: definition.modelIdentifier,
    model_version: definition.modelVersion,
    output_metric_id: definition.outputMetricId,
    output_device_id: definition.outputDeviceId,
    output_machine_id: definition.outputMachineId,
    output_metric_name: definition.outputMetricName,
    resolution_s: definition.resolutionMs / 1000,
    aggregate: definition.aggregate,
    fill: fillJson(definition.fill),
    allow_missing: definition.allowMissing,
    min_coverage: definition.minCoverage,
    allowed_lateness_s: definition.allowedLatenessMs / 1000,
    layout: definition.layout,
    ...(definition.inputName === null ? {} : { input_name: definition.inputName }),
    ...(definition.outputName === null ? {} : { output_name: definition.outputName }),
  };
}

function fillJson(fill: Fill): Readonly<Record<string, unknown>> {
  switch (fill.method) {
    case 'last':
      return { method: 'last', max_age_s: fill.maxAgeMs / 1000 };
    case 'linear':
      return { method: 'linear', max_gap_s: fill.maxGapMs / 1000 };
    case 'constant':
    case 'none':
      return fill;
  }
}
